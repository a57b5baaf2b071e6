import type { SessionRow } from '../model/row.js';
import type { Invocation } from './invocation.js';
import { sessionName } from './sessionName.js';
import { tableLines } from './table.js';
import { relativeTime } from './words.js';

/** `-a` takes a number up to this; larger ones are starts of ids. */
const lastNumber = 99;
const shown = 20;

/** `skein -l`: recent sessions of this working tree, each with its number in the folder's list, which `-a` takes. */
export async function recent({ options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const { rows } = await workspace.list({ limit: lastNumber });
  const numbered = rows.map((row, index) => ({ number: index + 1, row })).filter(({ row }) => row.worktree === undefined);
  const some = numbered.slice(0, shown);
  if (options.json === true) {
    terminal.json(some.map(({ number, row }) => ({ number, ...row })));
    return;
  }
  if (some.length === 0) terminal.say('no sessions yet; skein "prompt" starts one');
  const now = Date.now();
  const lines = await tableLines<{ readonly number: number; readonly row: SessionRow }>(
    [
      { heading: '#', text: ({ number }) => String(number), align: 'right' },
      { heading: 'NAME', text: ({ row }) => sessionName(row) },
      { heading: 'TURNS', text: ({ row }) => String(row.turn_count), align: 'right' },
      { heading: 'CREATED', text: ({ row }) => relativeTime(row.created_at, now) },
    ],
    some,
    { width: terminal.width, paintHeading: (text) => terminal.style('bold', text) },
  );
  for (const line of lines) terminal.print(line);
}
