import { parseDuration } from '../model/duration.js';
import type { CleanRow } from '../model/report.js';
import type { Invocation } from './invocation.js';
import { withProgress } from './progress.js';
import { sessionName } from './sessionName.js';
import { shortIds } from './shortId.js';
import { tableLines } from './table.js';
import type { Terminal } from './terminal.js';
import { countOf } from './words.js';

/** `skein sessions clean`. With `--dry-run` each session is listed with the reason why it goes or stays. */
export async function clean({ options, terminal, open }: Invocation): Promise<undefined> {
  const olderThanMs = options.olderThan === undefined ? undefined : parseDuration(options.olderThan);
  const dryRun = options.dryRun === true;
  const workspace = await open();
  if (olderThanMs === undefined && !((await workspace.config().get('session.retention_days')) as number)) {
    terminal.say('session.retention_days is 0: sessions are kept for ever. --older-than 30d removes those not used for that long.');
  }
  const rows = await withProgress(terminal, 'cleaning', workspace.clean({ olderThanMs, status: options.status, dryRun }));
  const going = rows.filter((row) => row.goes);
  if (options.json === true) terminal.json(dryRun ? rows : going);
  else for (const line of await cleanLines(dryRun ? rows : going, terminal)) terminal.print(line);
  const what = countOf(going.length, 'session');
  if (dryRun) terminal.say(`${what} would go`);
  else
    terminal.say(going.length === 0 ? 'removed nothing' : `removed ${what}; skein undo brings ${going.length === 1 ? 'it' : 'them'} back`);
}

function cleanLines(rows: readonly CleanRow[], terminal: Terminal): Promise<string[]> {
  const short = shortIds(rows.map(({ row }) => row.id));
  return tableLines<CleanRow>(
    [
      { heading: 'ID', text: ({ row }) => short.get(row.id) ?? row.id },
      {
        heading: '',
        text: ({ goes }) => (goes ? 'goes' : 'stays'),
        paint: (text, { goes }) => (goes ? terminal.style('red', text) : text),
      },
      { heading: 'WHY', text: ({ reason }) => reason },
      { heading: 'TITLE/PROMPT', text: ({ row }) => sessionName(row) },
    ],
    rows,
    { width: terminal.width },
  );
}
