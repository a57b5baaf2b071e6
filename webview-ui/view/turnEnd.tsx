import type { Turn } from '../feed.js';
import { formatTime } from '../moments.js';
import { Button } from './controls.js';
import { agentTitle, type Facts } from './facts.js';
import { Notice } from './notice.js';
import { usePanel } from './panelContext.js';

/** Why a turn did not end well, and what can be done. Nothing for one that did. */
export function TurnEnd({ turn, facts, newest }: { readonly turn: Turn; readonly facts: Facts; readonly newest: boolean }) {
  const { post } = usePanel();
  if (!turn.end || turn.running) return null;
  const agent = agentTitle(facts.agents, turn.backend ?? facts.backend);
  const { reason, message, hint, code } = turn.end;
  const at = formatTime(turn.endedAt, Date.now());
  const again = newest && facts.writable && (
    <Button kind="main" onClick={() => post({ kind: 'retry' })}>
      Try again
    </Button>
  );
  const log = (
    <Button kind="flat" onClick={() => post({ kind: 'command', command: 'showLog' })}>
      Show log
    </Button>
  );
  switch (reason) {
    case 'error':
      return (
        <Notice
          tone="bad"
          title={message ?? `${agent} failed`}
          aside={at}
          actions={
            <>
              {again}
              {code === 'agent_missing' && newest && (
                <Button onClick={() => post({ kind: 'command', command: 'installAgent' })}>Install…</Button>
              )}
              {log}
            </>
          }
        >
          {hint !== undefined && <p>{hint}</p>}
          <p>The session is whole up to the last line the agent sent.</p>
        </Notice>
      );
    case 'interrupted':
      return (
        <Notice tone="calm" title="The turn was interrupted" aside={at} actions={again || undefined}>
          <p>{message ? `${sentence(message)}.` : 'The window or the program that ran it ended.'} What was written until then is kept.</p>
        </Notice>
      );
    case 'max_tokens':
    case 'max_turn_requests':
      return (
        <Notice
          tone="calm"
          title={reason === 'max_tokens' ? `${agent} reached its limit for one answer` : `${agent} reached its limit of steps`}
          aside={at}
        >
          <p>What was written is kept. Write “go on” to continue.</p>
        </Notice>
      );
    case 'refusal':
      return (
        <Notice tone="calm" title={`${agent} refused to answer`} aside={at}>
          <p>{message ?? 'Write the prompt differently, or go on from an earlier one by forking there.'}</p>
        </Notice>
      );
    case 'cancelled':
    case 'end_turn':
      return null;
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
