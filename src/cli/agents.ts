import type { AgentInfo } from '../core/workspace.js';
import type { Invocation } from './invocation.js';
import { tableLines } from './table.js';

/** `skein agents`: those that can answer here, and the command that installs each of the others. */
export async function agents({ options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const infos = await workspace.agents();
  if (options.json === true) {
    terminal.json(infos);
    return;
  }
  const lines = await tableLines<AgentInfo>(
    [
      { heading: 'AGENT', text: (info) => info.name },
      { heading: 'PROGRAM', text: (info) => [info.title, info.version].filter(Boolean).join(' ') },
      { heading: 'STATE', text: stateOf, paint: (text, info) => (info.problem === undefined ? text : terminal.style('dim', text)) },
    ],
    infos,
    { width: terminal.width, paintHeading: (text) => terminal.style('bold', text) },
  );
  for (const line of lines) terminal.print(line);
}

function stateOf(info: AgentInfo): string {
  if (info.problem !== undefined) return [info.problem, info.install && `install: ${info.install}`].filter(Boolean).join('; ');
  const where = info.demo ? 'built in, a demo: no key and no network' : (info.path ?? 'found');
  return [info.from === 'config' ? `${where} (config)` : where, keyText(info.key), info.via && `over ${vias[info.via]}`, abilitiesOf(info)]
    .filter(Boolean)
    .join('; ');
}

const vias: Readonly<Record<NonNullable<AgentInfo['via']>, string>> = { acp: 'ACP', own: 'its own interface' };

const abilities: readonly (readonly [ability: AgentInfo['can'][number], text: string])[] = [
  ['resume', 'resume'],
  ['fork', 'fork'],
  ['fork_at', 'fork at a message'],
  ['permissions', 'ask'],
  ['models', 'models'],
  ['modes', 'modes'],
  ['thinking', 'thinking'],
];

function abilitiesOf({ can }: AgentInfo): string {
  const texts = abilities.flatMap(([ability, text]) => (can.includes(ability) ? [text] : []));
  return texts.length === 0 ? '' : `can ${texts.join(', ')}`;
}

function keyText(key: AgentInfo['key']): string {
  return key === undefined ? '' : key === 'none' ? 'without a key' : 'with a key';
}
