import { messageOf } from '../model/errors.js';
import { isSqliteDamage, pagesOf, type SqliteQuery, type SqliteRow } from './sqliteFile.js';

export interface SalvagedRows {
  readonly rows: readonly SqliteRow[];
  /** What is wrong with the file. */
  readonly damages: readonly string[];
}

/**
 * Every row of a table that can be read, in short queries: from the first on, and where the file is damaged from the last
 * back to the damage. `sql` selects from the table as `s`, its rowid as `place`; `plainSql` selects the same from that table
 * alone, for a row of which the rest is damaged.
 */
export async function* salvagedRows(query: SqliteQuery, sql: string, plainSql: string, signal?: AbortSignal): AsyncGenerator<SalvagedRows> {
  let last = -Infinity;
  for (const direction of ['asc', 'desc'] as const) {
    const isForward = direction === 'asc';
    const end = ` where s.rowid ${isForward ? '>' : '<'} ? order by s.rowid ${direction} limit ?`;
    const damages: string[] = [];
    const page = (after: SqliteRow | undefined, limit: number): readonly SqliteRow[] =>
      carefully(query, [sql + end, plainSql + end], Number(after?.['place'] ?? (isForward ? -(2 ** 53) : 2 ** 53)), limit, damages);
    try {
      for await (const rows of pagesOf(page, signal)) {
        const fresh = isForward ? rows : rows.filter(({ place }) => Number(place) > last);
        yield { rows: fresh, damages: damages.splice(0) };
        if (fresh.length < rows.length) return;
        if (isForward) last = Number(rows.at(-1)?.['place']);
      }
      return;
    } catch (error) {
      if (!isSqliteDamage(error)) throw error;
      if (isForward) yield { rows: [], damages: [`some of its sessions cannot be read: ${messageOf(error)}`] };
    }
  }
}

/** A page, cut before the damage that is in it; at the damage one row, its plain part. */
function carefully(
  query: SqliteQuery,
  [sql, plainSql]: readonly [string, string],
  after: number,
  limit: number,
  damages: string[],
): readonly SqliteRow[] {
  for (let size = limit; ; size = size >> 1) {
    try {
      return query(sql, after, size);
    } catch (error) {
      if (!isSqliteDamage(error)) throw error;
      if (size > 1) continue;
      const rows = query(plainSql, after, 1);
      damages.push(`a session of it cannot be read whole: ${messageOf(error)}`);
      return rows;
    }
  }
}
