import { constants, copyFileSync, mkdtempSync, openSync, readSync, closeSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Sqlite from 'node:sqlite';
import { SessionError } from '../model/errors.js';
import { nodeSqlite } from '../sqlite/nodeSqlite.js';

/** Bytes of a database and its `-wal` that are copied at most. */
const copyLimit = 1024 ** 3;

/** Before anything else is read: never wait long, run nothing that the file's own schema brings, and notice torn pages. */
const settings = 'pragma busy_timeout = 200; pragma trusted_schema = off; pragma cell_size_check = on';

/** A database opened for reading. */
export interface OpenedSqlite {
  readonly database: Sqlite.DatabaseSync;
  /** SQLite itself sees to it that what is read is whole; else the caller has to compare the file's state. */
  readonly isGuarded: boolean;
  readonly close: () => void;
}

/** Why other programs' databases cannot be read by this Node; `undefined` when they can. */
export function sqliteReadingMissing(): string | undefined {
  if (canOpenUrl()) return undefined;
  return `reading it needs Node 22.15 or newer; this is Node ${process.versions.node}`;
}

/**
 * Opens another program's database so that nothing of it changes and nothing is left beside it:
 * - with a `-wal` and its `-shm`: in place, read-only, the `-shm` too. SQLite then reads a crashed program's `-wal` as well;
 * - with a `-wal` alone, or a `-journal` that a crash left: from a private copy, as SQLite would have to write beside it;
 * - with a `-journal` of a program that runs: in place, under SQLite's own lock;
 * - else as immutable: that takes no lock and makes no file, where in place SQLite would make a `-wal` that stays. What has
 *   no `-wal` at all is read in place at the last attempt, as its program seems to be busy.
 */
export function openSqlite(path: string, isLastAttempt: boolean): OpenedSqlite {
  const missing = sqliteReadingMissing();
  if (missing !== undefined) throw new SessionError('failed', `${path} cannot be read`, { hint: missing });
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new SessionError('not_found', `${path} is not there`);
  // Opening a pipe would wait for its other end, for ever.
  if (!stat.isFile()) throw new SessionError('damaged', `${path} is not a plain file`);
  const beside = ['-wal', '-shm', '-journal'].map((end) => path + end);
  const strange = beside.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === false);
  if (strange !== undefined) throw new SessionError('damaged', `${path} cannot be read: ${strange} is not a plain file`);
  const wal = sizeOf(`${path}-wal`);
  if (wal !== undefined && sizeOf(`${path}-shm`) !== undefined) return inPlace(path, { readonly_shm: '1' });
  if (wal !== undefined) return wal === 0 ? immutable(path) : copied(path, '-wal');
  const hasJournal = (sizeOf(`${path}-journal`) ?? 0) > 0;
  if ((!hasJournal && !isLastAttempt) || isWalDatabase(path)) return immutable(path);
  return hasJournal && isHot(path) ? copied(path, '-journal') : inPlace(path, {});
}

/** The state of a database and of what is not yet folded into it: differs whenever its content may. */
export function sqliteStamp(path: string): string {
  return ['', '-wal', '-journal']
    .map((end) => {
      const stat = statSync(path + end, { throwIfNoEntry: false, bigint: true });
      return stat === undefined ? '' : `${String(stat.ino)}:${String(stat.size)}:${String(stat.mtimeNs)}`;
    })
    .join(' ');
}

function inPlace(path: string, parameters: Readonly<Record<string, string>>): OpenedSqlite {
  const database = openUrl(path, { mode: 'ro', ...parameters });
  return { database, isGuarded: true, close: () => database.close() };
}

function immutable(path: string): OpenedSqlite {
  const database = openUrl(path, { mode: 'ro', immutable: '1' });
  return { database, isGuarded: false, close: () => database.close() };
}

/** Opens a copy of the database and of what belongs to it, in a folder of this user's alone. */
function copied(path: string, beside: '-wal' | '-journal'): OpenedSqlite {
  const bytes = (sizeOf(path) ?? 0) + (sizeOf(path + beside) ?? 0);
  if (bytes > copyLimit) {
    throw new SessionError('busy', `${path} was not closed by its program and is too big to be copied`, {
      hint: 'start its program once, which puts it in order',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'skein-sqlite-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'copy.db');
    const before = sqliteStamp(path);
    for (const end of ['', beside]) copyFileSync(path + end, copy + end, constants.COPYFILE_FICLONE);
    if (sqliteStamp(path) !== before)
      throw new SessionError('busy', `${path} changes while it is read`, { hint: 'look again in a moment' });
    const database = openUrl(copy, { mode: 'rw' }, false);
    return {
      database,
      isGuarded: true,
      close: () => {
        database.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function openUrl(path: string, parameters: Readonly<Record<string, string>>, readOnly = true): Sqlite.DatabaseSync {
  const DatabaseSync = nodeSqlite();
  if (DatabaseSync === undefined) throw new SessionError('failed', `${path} cannot be read`);
  const url = pathToFileURL(path);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const database = new DatabaseSync(url, { readOnly });
  try {
    database.exec(settings);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A `-journal` is hot when its program died in the midst of a change, which SQLite must then take back. Only SQLite can tell,
 * by the locks: it refuses to read such a database read-only.
 */
function isHot(path: string): boolean {
  const { database, close } = inPlace(path, {});
  try {
    database.prepare('select count(*) from sqlite_schema').get();
    return false;
  } catch (error) {
    return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && rollbackCodes.has(error.errcode & 0xff);
  } finally {
    close();
  }
}

/** SQLITE_READONLY and SQLITE_CANTOPEN: what a hot journal makes of a read-only look. */
const rollbackCodes = new Set([8, 14]);

/** Bytes 18 and 19 of the header are 2 for a database that keeps a `-wal`. */
function isWalDatabase(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(20);
    return readSync(file, header, 0, 20, 0) === 20 && header[18] === 2;
  } finally {
    closeSync(file);
  }
}

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

let opensUrls: boolean | undefined;

/** Node 22.13 and 22.14 have SQLite, but cannot say how a file is to be opened. */
function canOpenUrl(): boolean {
  if (opensUrls !== undefined) return opensUrls;
  const DatabaseSync = nodeSqlite();
  try {
    if (DatabaseSync !== undefined) new DatabaseSync(memoryUrl()).close();
    opensUrls = DatabaseSync !== undefined;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    opensUrls = false;
  }
  return opensUrls;
}

function memoryUrl(): URL {
  const url = pathToFileURL(join(tmpdir(), 'skein'));
  url.searchParams.set('mode', 'memory');
  return url;
}
