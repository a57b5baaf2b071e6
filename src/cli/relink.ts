import { resolve } from 'node:path';
import type { RelinkRow } from '../model/report.js';
import type { Invocation } from './invocation.js';
import { sessionName } from './sessionName.js';
import { shortIds } from './shortId.js';
import { tableLines } from './table.js';
import { countOf } from './words.js';

/** `skein sessions relink`. Paths are those of the shell: from the working directory. */
export async function relink({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const [from = '', to] = args;
  const dryRun = options.dryRun === true;
  const workspace = await open();
  const rows = await workspace.relink({ from: resolve(from), to: to === undefined ? undefined : resolve(to), dryRun });
  if (options.json === true) terminal.json(rows);
  else {
    const short = shortIds(rows.map(({ row }) => row.id));
    const lines = await tableLines<RelinkRow>(
      [
        { heading: 'ID', text: ({ row }) => short.get(row.id) ?? row.id },
        { heading: 'WAS IN', text: ({ row }) => row.workdir },
        { heading: 'IS IN', text: ({ workdir }) => workdir },
        { heading: 'TITLE/PROMPT', text: ({ row }) => sessionName(row) },
      ],
      rows,
      { width: terminal.width },
    );
    for (const line of lines) terminal.print(line);
  }
  const what = countOf(rows.length, 'session');
  if (rows.length === 0) terminal.say('no session is of that folder');
  else terminal.say(dryRun ? `${what} would be linked` : `linked ${what}; skein undo takes it back`);
}
