import type { SearchHit } from '../model/report.js';
import type { Invocation } from './invocation.js';
import { plainLine, plainText } from './plainText.js';
import { withProgress } from './progress.js';
import { sessionName } from './sessionName.js';
import { shortIds } from './shortId.js';
import type { Terminal } from './terminal.js';
import { relativeTime } from './words.js';

/** `skein sessions search`: the lines that match, under the session they are in. */
export async function search({ args, options, terminal, open }: Invocation): Promise<undefined> {
  const workspace = await open();
  const hits = await withProgress(terminal, 'searching', workspace.search(args[0] ?? '', options.limit));
  if (options.json === true) {
    terminal.json(hits);
    return;
  }
  if (hits.length === 0) terminal.say('nothing found');
  const short = shortIds(hits.map(({ row }) => row.id));
  const now = Date.now();
  for (const row of new Map(hits.map((hit) => [hit.row.id, hit.row])).values()) {
    const id = terminal.style('yellow', short.get(row.id) ?? row.id);
    terminal.print(`${id} ${terminal.style('bold', sessionName(row))} ${terminal.style('dim', relativeTime(row.last_used, now))}`);
    for (const hit of hits) if (hit.row.id === row.id) terminal.print(`  ${markedLine(hit, terminal)}`);
  }
}

/** The line with its matches marked. Ranges are offsets into the line as it was, so it is cleaned piece by piece. */
function markedLine({ line, ranges }: SearchHit, terminal: Terminal): string {
  const clean = (text: string): string => plainText(text.replace(/\s+/g, ' '));
  let at = 0;
  let marked = '';
  for (const [start, end] of ranges) {
    marked += clean(line.slice(at, start)) + terminal.style(['bold', 'green'], clean(line.slice(start, end)));
    at = end;
  }
  return marked === '' ? plainLine(line) : (marked + clean(line.slice(at))).trim();
}
