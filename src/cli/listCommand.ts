import type { ListFilter } from '../model/filter.js';
import type { Problem } from '../model/row.js';
import { parseMoment } from '../model/duration.js';
import type { Invocation } from './invocation.js';
import type { Options } from './options.js';
import { plainLine } from './plainText.js';
import { isUnreadable } from './sessionName.js';
import { sessionLines } from './sessionTable.js';
import type { Terminal } from './terminal.js';
import { countOf } from './words.js';

/** `skein sessions list`. Damage is told on stderr and does not fail the list. */
export async function listCommand({ options, terminal, open }: Invocation): Promise<undefined> {
  const now = Date.now();
  const workspace = await open();
  const { rows, hidden, problems } = await workspace.list(filterOf(options, now));
  if (options.json === true) terminal.json(rows.filter((row) => !isUnreadable(row)));
  else for (const line of await sessionLines(rows, terminal, now)) terminal.print(line);
  sayProblems([...rows.flatMap((row) => row.problem ?? []), ...problems], terminal);
  if (options.json === true) return;
  if (rows.length === 0 && hidden === 0) terminal.say('no sessions yet; skein "prompt" starts one');
  else if (rows.length === 0) terminal.say(`no session matches; ${countOf(hidden, 'other')} in this folder`);
}

/** The filter that the options of `sessions list` ask for. */
export function filterOf(options: Options, now: number): ListFilter {
  const moment = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : new Date(parseMoment(text, now)).toISOString();
  const asked = {
    backend: options.backend,
    status: options.status,
    tags: options.tag && [...options.tag],
    model: options.model,
    source: options.source,
    since: moment(options.since),
    until: moment(options.until),
    search: options.search,
    scope: scopeOf(options),
    archived: options.archived,
    activeOnly: options.active,
    sort: options.sort,
    limit: options.limit,
    offset: options.offset,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** `--here`, `--all`, or neither. */
export function scopeOf(options: Options): 'here' | 'all' | undefined {
  if (options.here === true) return 'here';
  return options.all === true ? 'all' : undefined;
}

/** One line for each thing that cannot be read whole, on stderr. */
export function sayProblems(problems: readonly Problem[], terminal: Terminal): void {
  for (const line of new Set(problems.map(({ kind, path, detail }) => plainLine(`${kind}: ${path}: ${detail}`)))) {
    terminal.say(terminal.styleError('yellow', line));
  }
}
