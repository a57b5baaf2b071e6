import type { SessionRow } from '../../src/model/row.js';
import { formatAge } from '../moments.js';
import { formatCost, formatTokens } from '../numbers.js';
import type { PanelState } from '../panelState.js';
import { Button } from './controls.js';
import { agentTitle } from './facts.js';
import { Icon } from './icon.js';
import { Notice } from './notice.js';
import { usePanel } from './panelContext.js';

/** A panel without a session: how to start one, and what to go on with. */
export function Empty({ state }: { readonly state: PanelState }) {
  const { post } = usePanel();
  const { folder, recent, agents } = state;
  const missing = agents.length > 0 && agents.every((agent) => agent.demo || agent.problem !== undefined);
  const install = agents.find((agent) => agent.install !== undefined);
  return (
    <main class="scroll start" data-region="conversation">
      <div class="column">
        {missing && (
          <Notice
            tone="calm"
            title="No agent is installed"
            actions={<Button onClick={() => post({ kind: 'command', command: 'installAgent' })}>Install…</Button>}
          >
            <p>
              The built-in demo answers until then: it is no model.
              {install?.install !== undefined && (
                <>
                  {' '}
                  {install.title}: <code>{install.install}</code>
                </>
              )}
            </p>
          </Notice>
        )}
        <h2>Start a session in {folder.name}</h2>
        <p class="lead">
          Write what you want done. <code>@</code> below adds a file. Everything is kept in this folder.
        </p>
        {recent.length > 0 && (
          <>
            <h3>Or go on with</h3>
            <ul class="recent">
              {recent.map((row) => (
                <li key={row.id}>
                  <button type="button" onClick={() => post({ kind: 'open', id: row.id })}>
                    <RowIcon row={row} />
                    <span class="label">{row.title || row.prompt || 'New session'}</span>
                    <span class="meta num">{about(row, agentTitle(agents, row.backend))}</span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </main>
  );
}

function RowIcon({ row }: { readonly row: SessionRow }) {
  if (row.running?.state === 'waiting') return <Icon name="ask" class="is-ask" />;
  if (row.running) return <Icon name="run" class="is-run spin" />;
  if (row.status === 'error') return <Icon name="fail" class="is-fail" />;
  return <Icon name={row.source === 'skein' ? 'chat' : 'inbox'} />;
}

function about(row: SessionRow, agent: string): string {
  const age = formatAge(row.last_used, Date.now());
  if (row.running?.state === 'waiting') return `needs you · ${age}`;
  const words = [row.source !== 'skein' && `from ${agent}`, age, row.tokens > 0 && formatTokens(row.tokens), formatCost(row.cost_usd)];
  return words.filter((word) => word !== false && word !== undefined && word !== '').join(' · ');
}
