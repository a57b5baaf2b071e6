import { accessSync, constants, existsSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type * as Sqlite from 'node:sqlite';
import { SessionError, messageOf } from '../model/errors.js';
import { openSqlite, sqliteStamp, type OpenedSqlite } from './sqliteOpen.js';

export { sqliteReadingMissing, sqliteStamp } from './sqliteOpen.js';

export type SqliteValue = string | number | Uint8Array | null;
export type SqliteRow = Readonly<Record<string, SqliteValue>>;
/** Runs one statement. Keep it short: its rows are taken at once, and a program that writes may wait for it. */
export type SqliteQuery = (sql: string, ...values: readonly SqliteValue[]) => readonly SqliteRow[];

/** A database that changes under an unguarded look is read again, at most this often. */
const attempts = 4;

/**
 * Runs queries on another program's database, changing nothing and leaving nothing behind. `work` may be run again, when the
 * database changed meanwhile, so what it gathers has to be its own. Fails with `busy` while its program holds it, with
 * `not_found` and with `damaged`; each names the file.
 */
export function readSqlite<T>(path: string, work: (query: SqliteQuery) => T): T {
  for (let attempt = 1; ; attempt++) {
    const look = startLook(path, attempt);
    try {
      const result = work(look.open());
      if (look.isWhole()) return result;
    } catch (error) {
      if ((look.isWhole() && !isGone(error)) || attempt === attempts) throw sqliteFailure(path, error);
    } finally {
      look.close();
    }
    if (attempt === attempts) throw changing(path);
  }
}

/** As `readSqlite`, for what takes more than one short query: between them others get their turn. */
export async function streamSqlite<T>(path: string, work: (query: SqliteQuery) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const look = startLook(path, attempt);
    try {
      const result = await work(look.open());
      if (look.isWhole()) return result;
    } catch (error) {
      if ((look.isWhole() && !isGone(error)) || attempt === attempts) throw sqliteFailure(path, error);
    } finally {
      look.close();
    }
    if (attempt === attempts) throw changing(path);
    await breathe();
  }
}

/** Rows of a page at first; then as many as keep a query short. */
const firstPage = 32;
const pageMs = 10;

/**
 * Rows in pages, each a short query of its own. `page` asks for at most `limit` rows after the last one given, which is
 * `undefined` at first; the order must be one in which rows are only added at the end.
 */
export async function* pagesOf<T>(
  page: (after: T | undefined, limit: number) => readonly T[],
  signal?: AbortSignal,
): AsyncGenerator<readonly T[]> {
  let limit = firstPage;
  let after: T | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const start = performance.now();
    const rows = page(after, limit);
    const took = performance.now() - start;
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1);
    if (took < pageMs / 2) limit = Math.min(limit * 2, 4096);
    if (took > pageMs) limit = Math.max(limit >> 1, 1);
    await breathe();
  }
}

/** The columns of a table; empty where there is none of that name. A view is none: it could run for ever. */
export function columnsOf(query: SqliteQuery, table: string): ReadonlySet<string> {
  if (query(`select 1 from sqlite_schema where type = 'table' and name = ?`, table).length === 0) return new Set();
  return new Set(query('select name from pragma_table_info(?)', table).map(({ name }) => String(name)));
}

interface Look {
  open(): SqliteQuery;
  /** What was read belongs together, or what went wrong is not for a change in the midst of it. */
  isWhole(): boolean;
  close(): void;
}

function startLook(path: string, attempt: number): Look {
  const before = sqliteStamp(path);
  let opened: OpenedSqlite | undefined;
  return {
    open: () => {
      opened = openSqlite(path, attempt === attempts);
      return queryOn(opened.database);
    },
    isWhole: () => opened?.isGuarded === true || sqliteStamp(path) === before,
    close: () => opened?.close(),
  };
}

function queryOn(database: Sqlite.DatabaseSync): SqliteQuery {
  const statements = new Map<string, Sqlite.StatementSync>();
  return (sql, ...values) => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    try {
      return statement.all(...values) as SqliteRow[];
    } catch (error) {
      // A number beyond 2^53 makes the whole query fail.
      if (!(error instanceof RangeError)) throw error;
      statement.setReadBigInts(true);
      const rows = statement.all(...values);
      statement.setReadBigInts(false);
      for (const row of rows) for (const [name, value] of Object.entries(row)) if (typeof value === 'bigint') row[name] = Number(value);
      return rows as SqliteRow[];
    }
  };
}

const changing = (path: string): SessionError =>
  new SessionError('busy', `${path} changes while it is read`, { hint: 'its program is writing: look again in a moment' });

function sqliteFailure(path: string, error: unknown): unknown {
  if (error instanceof SessionError) return error;
  if (!existsSync(path)) return new SessionError('not_found', `${path} is not there any more`, { cause: error });
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const isBusy = busyCodes.has(code) || (code === cannotOpen && isReadable(path));
  const message = code === cannotOpen && !isBusy ? `${path} cannot be opened by this user` : `${path}: ${messageOf(error)}`;
  const hint = isBusy ? 'its program is writing: look again in a moment' : 'its own program may be able to repair it';
  return new SessionError(isBusy ? 'busy' : code === cannotOpen ? 'failed' : 'damaged', message, {
    cause: error,
    ...(code === cannotOpen && !isBusy ? {} : { hint }),
  });
}

/** SQLITE_BUSY, SQLITE_LOCKED and SQLITE_PROTOCOL. */
const busyCodes = new Set([5, 6, 15]);
/** SQLITE_CANTOPEN: also when its program put away a `-wal` or `-shm` between our look and the opening. */
const cannotOpen = 14;

/** SQLITE_CORRUPT, SQLITE_NOTADB and SQLITE_IOERR, which a file that ends too early gives as well. */
const damageCodes = new Set([10, 11, 26]);

/** Whether a query failed for what the file holds, so that another part of it may still be read. */
export const isSqliteDamage = (error: unknown): boolean => damageCodes.has(sqliteCode(error) ?? 0);

const isGone = (error: unknown): boolean => sqliteCode(error) === cannotOpen;

/** SQLite's own number for what went wrong; `undefined` where it is not SQLite's error. */
function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Asked by name: opening and closing the file would give up the locks that another look of this process holds. */
function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
