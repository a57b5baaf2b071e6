import type { ListFilter } from '../model/filter.js';
import type { Problem } from '../model/row.js';
import { parseMoment } from '../model/duration.js';
import { SessionError } from '../model/errors.js';
import type { Workspace } from '../core/workspace.js';
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
  if (rows.length === 0) terminal.say(await nothingWords(workspace, options, hidden));
}

/** Why a list is empty. */
async function nothingWords(workspace: Workspace, options: Options, hidden: number): Promise<string> {
  if (options.offset !== undefined && options.offset > 0) return `no session from the ${String(options.offset + 1)}. on`;
  if (hidden > 0) return `no session matches; ${countOf(hidden, 'other')} ${placeWords[scopeOf(options) ?? 'folder']}`;
  const scope = scopeOf(options);
  const { rows } = await workspace.list({ ...(scope === undefined ? {} : { scope }), archived: true });
  if (rows.length > 0) return `only archived sessions ${placeWords[scope ?? 'folder']}; --archived lists them`;
  return 'no sessions yet; skein "prompt" starts one';
}

const placeWords = { folder: 'in this folder', here: 'in this directory', all: 'in all folders' } as const;

/** The filter that the options of `sessions list` ask for. */
export function filterOf(options: Options, now: number): ListFilter {
  const asked = {
    backend: options.backend,
    status: options.status,
    tags: options.tag && [...options.tag],
    model: options.model,
    source: options.source,
    ...spanOf(options, now),
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

/** `--since` and `--until` as ISO 8601. */
export function spanOf(
  { since, until }: Options,
  now: number,
): { readonly since?: string | undefined; readonly until?: string | undefined } {
  const [from, to] = [since, until].map((text) => (text === undefined ? undefined : parseMoment(text, now)));
  if (from !== undefined && to !== undefined && from >= to) {
    throw new SessionError('usage', '--since is not before --until', {
      hint: '--since 7d --until 1d is from seven days ago until a day ago',
    });
  }
  const iso = (moment: number | undefined): string | undefined => (moment === undefined ? undefined : new Date(moment).toISOString());
  return { since: iso(from), until: iso(to) };
}

/** `--here`, `--all`, or neither. */
export function scopeOf(options: Options): 'here' | 'all' | undefined {
  if (options.here === true) return 'here';
  return options.all === true ? 'all' : undefined;
}

/** One line for each thing that cannot be read whole, on stderr. */
export function sayProblems(problems: readonly Problem[], terminal: Terminal): void {
  for (const line of new Set(
    problems.map(({ kind, path, detail }) => plainLine(`${kind}: ${detail.startsWith(path) ? '' : `${path}: `}${detail}`)),
  )) {
    terminal.say(terminal.styleError('yellow', line));
  }
}
