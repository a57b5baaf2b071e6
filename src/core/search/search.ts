import { filterTest, factsOf } from '../../model/filterRows.js';
import type { ListFilter } from '../../model/filter.js';
import { asksForArchived, splitQuery, type ContentTerm } from '../../model/splitQuery.js';
import type { SearchHit } from '../../model/report.js';
import type { SessionRow } from '../../model/row.js';
import { parseQuery } from '../../model/sessionQuery.js';
import { TextMatch } from '../../model/textMatch.js';
import type { CoreContext } from '../context.js';
import { gatherRows } from '../gatherRows.js';
import type { GatheredRows } from '../gatheredRows.js';
import { contentKey } from './sessionTexts.js';

const defaultLimit = 50;
/** Entries of one session that are shown, so that one long session does not push out all others. */
const hitsOfOne = 5;
const dayMs = 86_400_000;

/**
 * Finds sessions of the folder by a query (see `sessionQuery`), archived ones too, the best first: by how much of the title,
 * and how many entries, match, and by how long ago it was used. Of each the lines that match, in the title or an entry.
 * `known`: the folder's sessions, where somebody knows them to be as they are now.
 */
export async function searchSessions(
  context: CoreContext,
  text: string,
  limit = defaultLimit,
  known?: GatheredRows,
): Promise<readonly SearchHit[]> {
  if (text.trim() === '') return [];
  const gathered = known ?? (await gatherRows(context, 'folder'));
  const { rows, shown, scoreOf } = await queried(context, gathered, text);
  const ranked = rows
    .map((row) => ({ row, score: scoreOf(row) }))
    .sort((a, b) => b.score - a.score || Date.parse(b.row.last_used) - Date.parse(a.row.last_used));
  const match = new TextMatch(shown.flatMap((term) => (term.kind === 'text' ? [term.text] : term.words)));
  const content = await context.content();
  const hits: SearchHit[] = [];
  for (const { row } of ranked) {
    if (hits.length >= limit) break;
    const matching = shown.length === 0 ? [] : await content.entries(row, shown, Math.min(hitsOfOne, limit - hits.length));
    // The prompt, and a title made of it, stand in the transcript too.
    const isNamed = row.title_source === 'user' && match.first(row.title) !== undefined;
    const entries = matching.filter(({ entry }) => entry !== '' || isNamed || matching.length === 1);
    if (entries.length === 0) hits.push({ row, ...match.line(row.title === '' ? row.prompt : row.title) });
    for (const { entry, text: said, files } of entries) {
      hits.push({ row, ...(entry === '' ? {} : { entry }), ...(match.first(said) ?? match.first(files) ?? match.line(said)) });
    }
  }
  return hits;
}

/** The rows that a query leaves. Archived ones are among them where the filter or the query asks for them. */
export async function queryRows(
  context: CoreContext,
  gathered: GatheredRows,
  filter: ListFilter,
): Promise<{ readonly shown: readonly SessionRow[]; readonly kept: readonly SessionRow[] }> {
  const text = filter.search ?? '';
  const withArchived = filter.archived === true || asksForArchived(parseQuery(text, context.now()));
  const shown = withArchived ? gathered.rows : gathered.rows.filter((row) => !row.archived);
  const test = filterTest(filter);
  const narrowed = shown.filter((row) => test(factsOf(row)));
  const { rows } = await queried(context, { ...gathered, rows: narrowed }, text);
  return { shown, kept: rows };
}

interface Queried {
  readonly rows: readonly SessionRow[];
  /** The terms whose matches are shown: what is looked for, not what is left out. */
  readonly shown: readonly ContentTerm[];
  readonly scoreOf: (row: SessionRow) => number;
}

async function queried(context: CoreContext, gathered: GatheredRows, text: string): Promise<Queried> {
  const { test, content } = splitQuery(parseQuery(text, context.now()));
  const found = content.length === 0 ? [] : await (await context.content()).find(gathered, content);
  const pairs = content.map((term, index) => ({ term, counts: found[index] ?? new Map<string, number>() }));
  const rows = gathered.rows.filter((row) => test(row) && pairs.every(({ term, counts }) => counts.has(contentKey(row)) !== term.not));
  const wanted = pairs.filter(({ term }) => !term.not);
  const titles = wanted.map(({ term }) => new TextMatch(term.kind === 'text' ? [term.text] : term.words));
  const scoreOf = (row: SessionRow): number => {
    const counts = wanted.reduce((sum, pair) => sum + Math.log2(1 + (pair.counts.get(contentKey(row)) ?? 0)), 0);
    const inTitle = titles.filter((match) => match.first(row.title) !== undefined).length;
    const days = Math.max(0, context.now() - Date.parse(row.last_used)) / dayMs;
    return counts + 4 * inTitle - Math.log2(1 + days);
  };
  return { rows, shown: wanted.map(({ term }) => term), scoreOf };
}
