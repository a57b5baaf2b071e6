import type { SourceInfo } from '../core/workspace.js';
import type { Invocation } from './invocation.js';
import { withProgress } from './progress.js';
import { tableLines } from './table.js';

/** `skein sources` */
export async function sources({ options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const infos = await withProgress(terminal, 'looking', workspace.sources());
  if (options.json === true) {
    terminal.json(infos);
    return;
  }
  const lines = await tableLines<SourceInfo>(
    [
      { heading: 'SOURCE', text: (info) => info.name },
      { heading: 'PROGRAM', text: (info) => [info.title, info.version].filter(Boolean).join(' ') },
      { heading: 'SESSIONS', text: (info) => (info.found ? String(info.count ?? '-') : '-'), align: 'right' },
      { heading: 'PATH', text: (info) => info.path },
      // Last, as the reasons are long: on a terminal they are cut there.
      { heading: 'STATE', text: stateOf },
    ],
    infos,
    { width: terminal.width, paintHeading: (text) => terminal.style('bold', text) },
  );
  for (const line of lines) terminal.print(line);
}

function stateOf(info: SourceInfo): string {
  if (!info.found) return 'not found';
  return info.problem ?? (info.readOnly === undefined ? 'ok' : `read-only: ${info.readOnly}`);
}
