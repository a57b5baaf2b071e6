import { SessionError } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import { agentTitle } from './agentTitle.js';
import { l10n } from './l10n.js';

/** What the tree is narrowed to. Values of one list are alternatives; the lists all have to hold. */
export interface SessionFilter {
  readonly backends: readonly string[];
  readonly statuses: readonly string[];
  readonly tags: readonly string[];
  readonly sources: readonly string[];
  /** A query in the language of `model/sessionQuery`. What it finds only the server can say: see `narrowed`. */
  readonly text: string;
  /** Also shows archived sessions. Widens, so it hides nothing and is no active filter. */
  readonly archived: boolean;
}

export const noFilter: SessionFilter = { backends: [], statuses: [], tags: [], sources: [], text: '', archived: false };

/** Whether the filter can hide anything. */
export function isActive(filter: SessionFilter): boolean {
  const { backends, statuses, tags, sources, text } = filter;
  return backends.length + statuses.length + tags.length + sources.length > 0 || text !== '';
}

/** Whether the row passes all of the filter but its text. */
export function matches(filter: SessionFilter, row: SessionRow): boolean {
  const one = (wanted: readonly string[], have: readonly string[]): boolean =>
    wanted.length === 0 || wanted.some((value) => have.includes(value));
  if (!one(filter.backends, [row.backend]) || !one(filter.statuses, [row.status])) return false;
  return one(filter.tags, row.tags) && one(filter.sources, [row.source]);
}

/** What the server found by a query, or what it has against it, in words. */
export type QueryAnswer = { readonly rows: readonly SessionRow[] } | { readonly failure: string };

export interface NarrowedRows {
  readonly rows: readonly SessionRow[];
  /** How many of `all` are not among them. */
  readonly hidden: number;
  /** What is wrong with the filter's text, which then hides nothing. */
  readonly filterFailure?: string;
}

/**
 * What the filter leaves of a folder's rows. `answer`: what its text finds, `undefined` while that is not known. Such rows
 * may be more than are listed without it: `is:archived` brings out what is hidden otherwise.
 */
export function narrowed(filter: SessionFilter, all: readonly SessionRow[], answer: QueryAnswer | undefined): NarrowedRows {
  if (!isActive(filter)) return { rows: all, hidden: 0 };
  const found = filter.text !== '' && answer && 'rows' in answer ? answer.rows : all;
  const rows = found.filter((row) => matches(filter, row));
  const ids = new Set(rows.map(({ id }) => id));
  const hidden = all.filter(({ id }) => !ids.has(id)).length;
  return answer && 'failure' in answer ? { rows, hidden, filterFailure: answer.failure } : { rows, hidden };
}

/** The filter as one query, empty for none. `archived` is not in it: that only says what is listed. Throws where it cannot be said. */
export function filterQuery({ backends, statuses, tags, sources, text }: SessionFilter): string {
  return [...term('backend', backends), ...term('status', statuses), ...term('tag', tags), ...term('source', sources), text]
    .filter((part) => part !== '')
    .join(' ');
}

function term(field: string, values: readonly string[]): readonly string[] {
  if (values.length === 0) return [];
  if (values.every((value) => /^[^\s,"]+$/.test(value))) return [`${field}:${values.join(',')}`];
  const [only = '', ...more] = values;
  if (more.length === 0 && !only.includes('"')) return [`${field}:"${only}"`];
  throw new SessionError('usage', l10n.t('A search cannot say this filter: {0}', values.join(', ')), {
    hint: l10n.t('one of several values must have no spaces, commas or quotation marks'),
  });
}

/** The filter in words: `agent: Gemini, tag: auth`. */
export function filterText(filter: SessionFilter): string {
  return [
    ...filter.backends.map((name) => l10n.t('agent: {0}', agentTitle(name))),
    ...filter.statuses.map((status) => l10n.t('status: {0}', status)),
    ...filter.tags.map((tag) => l10n.t('tag: {0}', tag)),
    ...filter.sources.map((source) => l10n.t('from: {0}', agentTitle(source))),
    ...(filter.text === '' ? [] : [l10n.t('text: {0}', filter.text)]),
  ].join(', ');
}
