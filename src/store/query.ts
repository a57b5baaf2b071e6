import { setImmediate as breathe } from 'node:timers/promises';
import { SessionError } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import { rowFlags, type IndexTable } from './indexTable.js';
import type { ListIndex } from './listIndex.js';
import { briefOfRow, readRow, strayRow } from './sessionRows.js';
import type { StoreQuery, StoreQueryResult } from './store.js';
import type { StoreContext } from './storeContext.js';

/** How many rows are read before others in this process get their turn. */
const batch = 1024;

/** Sorted and cut rows of a store: found by the index alone, read afresh from the records of those that come back. */
export async function queryRows(context: StoreContext, index: ListIndex, query: StoreQuery): Promise<StoreQueryResult> {
  const { where = () => true, sort = 'last_used', offset = 0, limit = Number.POSITIVE_INFINITY } = query;
  const table = await index.scan();
  const found: number[] = [];
  for (let row = 0; row < table.count; row++) if (where(table.brief(row))) found.push(row);
  const rows: SessionRow[] = [];
  for (const row of sorted(table, found, sort, offset + limit).slice(offset)) {
    if (rows.length % batch === batch - 1) await breathe();
    const read = await rowIfThere(context, table, row);
    if (read !== undefined) rows.push(read);
  }
  // Files that look like a record and are none come last: nothing in them says when they were used.
  const strays = table.facts.strays.map((name) => strayRow(context, name)).filter((row) => where(briefOfRow(row)));
  const from = Math.max(0, offset - found.length);
  rows.push(...strays.slice(from, Math.max(from, offset + limit - found.length)));
  return { rows, matched: found.length + strays.length, total: table.count + table.facts.strays.length };
}

/** The first `count` rows, largest key first. Equal ones come by id, so that pages neither repeat nor leave out. */
function sorted(table: IndexTable, rows: readonly number[], sort: NonNullable<StoreQuery['sort']>, count: number): readonly number[] {
  if (count === 0) return [];
  const keys = table.keys(sort);
  const keyOf = (row: number): number => keys[row] ?? 0;
  let candidates = rows;
  if (count < rows.length) {
    // Numbers alone sort ten times as fast as rows do: the key of the last row wanted leaves few of them.
    const wanted = new Float64Array(rows.length);
    for (const [at, row] of rows.entries()) wanted[at] = keyOf(row);
    wanted.sort();
    const least = wanted[wanted.length - count] ?? Number.NEGATIVE_INFINITY;
    candidates = rows.filter((row) => keyOf(row) >= least);
  }
  const id = (row: number): string => table.columns.id(row);
  return [...candidates].sort((a, b) => keyOf(b) - keyOf(a) || (id(a) < id(b) ? -1 : 1)).slice(0, count);
}

async function rowIfThere(context: StoreContext, table: IndexTable, row: number): Promise<SessionRow | undefined> {
  const flags = table.columns.flags(row);
  const beside = { transcript: (flags & rowFlags.transcript) !== 0, folder: (flags & rowFlags.folder) !== 0 };
  try {
    return await readRow(context, table.columns.id(row), beside);
  } catch (error) {
    // Deleted this moment.
    if (error instanceof SessionError && error.code === 'not_found') return undefined;
    throw error;
  }
}
