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
  return info.demo ? 'built in, a demo: no key and no network' : (info.path ?? 'found');
}
