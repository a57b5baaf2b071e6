import { messageOf, SessionError } from '../model/errors.js';
import type { Problem, SessionRow } from '../model/row.js';
import { sqliteStamp, streamSqlite, type SqliteQuery } from './sqliteFile.js';

/** What was made of one database. */
export interface SqliteRowsResult<T> {
  readonly rows: T;
  readonly problems: readonly Problem[];
}

/** The rows of one database for a list; `stamps` is by row id. */
export interface StampedRows {
  readonly rows: readonly SessionRow[];
  readonly stamps: ReadonlyMap<string, string>;
}

/**
 * Rows made of databases, and made again only when a database's state differs. One that cannot be read is a problem with its
 * name, and its last rows stay; one that vanished has none.
 */
export class SqliteRows<T> {
  readonly #none: T;
  readonly #known = new Map<string, { readonly state: string; readonly result: SqliteRowsResult<T> }>();

  constructor(none: T) {
    this.#none = none;
  }

  /** `read` makes the rows of the database at `path`, whose state is `state`. */
  async get(
    path: string,
    read: (query: SqliteQuery, state: string) => Promise<SqliteRowsResult<T>>,
    signal?: AbortSignal,
  ): Promise<SqliteRowsResult<T>> {
    const known = this.#known.get(path);
    try {
      const state = sqliteStamp(path);
      if (known?.state === state) return known.result;
      const result = await streamSqlite(path, (query) => read(query, state));
      this.#known.set(path, { state, result });
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SessionError && error.code === 'not_found') return { rows: this.#none, problems: [] };
      const problem: Problem = { kind: 'unreadable', detail: detailOf(error), path };
      return { rows: known?.result.rows ?? this.#none, problems: [problem] };
    }
  }
}

const detailOf = (error: unknown): string =>
  error instanceof SessionError && error.hint !== undefined ? `${error.message}: ${error.hint}` : messageOf(error);
