import * as path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { messageOf } from '../model/errors.js';
import { ensureFolder, writeDurably } from './durable.js';
import { fileError, isSystemError } from './fileError.js';
import type { FileStat } from './filePort.js';
import { IndexTable, IndexTableBuilder, rowFlags, type FileMark } from './indexTable.js';
import { BriefReader } from './sessionBrief.js';
import { readSessionNames, type SessionNames } from './sessionNames.js';
import type { SessionBrief } from './store.js';
import type { StoreContext } from './storeContext.js';

/** A file that changed this shortly before it was looked at may change again without its times telling: git's rule. */
const racyMs = 2000;
/** How many files are looked at before others in this process get their turn. */
const batch = 4096;

/** A session's file as it was read: `brief` is missing where there is something wrong with it. */
interface Seen {
  readonly stat: FileStat;
  readonly brief: SessionBrief | undefined;
}

/** A row that has no brief: making one takes reading the transcript. */
interface Unread {
  readonly id: string;
  readonly flags: number;
  readonly stat: FileStat;
}

/**
 * The derived list of a store's sessions, kept in `cache/list-index`. It is never stale: each scan looks at the state of
 * every record (time of change, size, inode) and reads those that differ from what was read, and those that changed
 * within two seconds of the last look. The names are read again when the folder changed. Deleting the file loses nothing.
 */
export class ListIndex {
  readonly #context: StoreContext;
  readonly #file: string;
  /** `sessions/`, with all that comes before the name of a record. */
  readonly #prefix: string;
  readonly #briefs: BriefReader;
  /** Tells what could be made out of a session whose record is missing or does not fit. */
  readonly #briefOfProblem: (id: string, stat: FileStat) => Promise<SessionBrief>;
  #table: IndexTable | undefined;
  #saved: IndexTable | undefined;

  constructor(context: StoreContext, briefOfProblem: (id: string, stat: FileStat) => Promise<SessionBrief>) {
    this.#context = context;
    this.#file = path.join(context.root, 'cache', 'list-index');
    this.#prefix = `${context.sessions}${path.sep}`;
    this.#briefs = new BriefReader(context.port);
    this.#briefOfProblem = briefOfProblem;
  }

  /** The sessions as they are now. */
  async scan(): Promise<IndexTable> {
    const { port, sessions } = this.#context;
    const scannedAt = Date.now();
    const base = (this.#table ??= this.#load());
    let folder: FileMark;
    try {
      folder = port.lstatSync(sessions);
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return emptyTable(scannedAt);
      throw fileError(error, sessions);
    }
    const isKnown = base !== undefined && sameMark(base.facts.folder, folder) && !isRacy(folder, base);
    const known = isKnown ? await this.#scanKnown(base, scannedAt) : undefined;
    const table = known?.table ?? (await this.#scanNames(await readSessionNames(this.#context, folder, scannedAt), base, scannedAt));
    this.#table = table;
    const isNearlySaved = known !== undefined && base === this.#saved && known.read <= fewRows(table);
    if (table !== base && !isNearlySaved) await this.#save(table, scannedAt);
    return table;
  }

  /** The folder has not changed, so the names are those of the table; `undefined` when one of them is gone nevertheless. */
  async #scanKnown(base: IndexTable, scannedAt: number): Promise<{ readonly table: IndexTable; readonly read: number } | undefined> {
    const changed: number[] = [];
    for (let row = 0; row < base.count; row++) {
      if (row % batch === batch - 1) await breathe();
      const flags = base.columns.flags(row);
      const stat = this.#stat(base.columns.id(row), flags);
      if (stat === undefined) return undefined;
      if (!isKept(base, row, stat, flags)) changed.push(row);
    }
    if (changed.length === 0) return { table: base, read: 0 };
    const builder = IndexTableBuilder.from(base);
    for (const row of changed) {
      const [id, flags] = [base.columns.id(row), presence(base.columns.flags(row))];
      const seen = this.#see(id, flags);
      if (seen === undefined) return undefined;
      const { stat, brief } = seen;
      if (brief === undefined) builder.replace(row, await this.#briefOfProblem(id, stat), stat, flags | rowFlags.madeUp);
      else builder.replace(row, brief, stat, flags);
    }
    return { table: builder.finish({ ...base.facts, scannedAt }), read: changed.length };
  }

  async #scanNames(names: SessionNames, base: IndexTable | undefined, scannedAt: number): Promise<IndexTable> {
    // Each row goes into its columns at once: objects that wait for the others are what the garbage collector takes its time for.
    const builder = new IndexTableBuilder(names.ids.length, base);
    const unread: Unread[] = [];
    const known = new Map<string, number>();
    for (let row = 0; row < (base?.count ?? 0); row++) known.set(base?.columns.id(row) ?? '', row);
    for (let at = 0; at < names.ids.length; at += batch) {
      if (at > 0) await breathe();
      this.#addRows(builder, names, at, base, known, unread);
    }
    for (const { id, flags, stat } of unread) builder.add(await this.#briefOfProblem(id, stat), stat, flags | rowFlags.madeUp);
    const { folder, strays } = names;
    return builder.finish({ scannedAt, folder, strays });
  }

  /** Adds the rows of a batch of names, at once: what runs thousands of times is compiled well where nothing in it waits. */
  #addRows(
    builder: IndexTableBuilder,
    names: SessionNames,
    from: number,
    base: IndexTable | undefined,
    known: ReadonlyMap<string, number>,
    unread: Unread[],
  ): void {
    for (let at = from; at < Math.min(from + batch, names.ids.length); at++) {
      const id = names.ids[at] ?? '';
      const flags = names.flags[at] ?? 0;
      const row = known.get(id);
      if (base !== undefined && row !== undefined) {
        const stat = this.#stat(id, flags);
        if (stat !== undefined && isKept(base, row, stat, flags)) {
          builder.keep(row, flags);
          continue;
        }
      }
      const seen = this.#see(id, flags);
      if (seen === undefined) continue;
      const { stat, brief } = seen;
      if (brief === undefined) unread.push({ id, flags, stat });
      else builder.add(brief, stat, flags);
    }
  }

  /** The state of the file that a row is read from; `undefined` when it is gone. */
  #stat(id: string, flags: number): FileStat | undefined {
    return this.#lstat(`${this.#prefix}${id}${(flags & rowFlags.record) === 0 ? '.jsonl' : '.json'}`);
  }

  #lstat(file: string): FileStat | undefined {
    try {
      return this.#context.port.lstatSync(file);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw fileError(error, file);
    }
  }

  /** Reads a session's file anew; `undefined` when it is gone. */
  #see(id: string, present: number): Seen | undefined {
    const { port, logger } = this.#context;
    const file = `${this.#prefix}${id}.json`;
    if ((present & rowFlags.record) !== 0) {
      try {
        const { stat, text } = port.readTextStatSync(file);
        return { stat, brief: stat.kind === 'file' ? this.#briefs.read(file, id, text) : undefined };
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return undefined;
        // The row will say that it cannot be read; a list is not refused for one file.
        logger.debug(`session ${id}: ${messageOf(error)}`);
      }
    }
    const stat = this.#stat(id, present);
    return stat && { stat, brief: undefined };
  }

  /** At once: for one file, the first trip to Node's thread pool costs more than reading it. */
  #load(): IndexTable | undefined {
    const { port, logger } = this.#context;
    try {
      const { mtimeMs } = port.lstatSync(this.#file);
      this.#saved = IndexTable.decode(port.readFileSync(this.#file), mtimeMs);
      return this.#saved;
    } catch (error) {
      // Derived: without it the records are read.
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) logger.debug(`list index: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Writes the index where that spares the next program more than it costs. A store that cannot be written does without. */
  async #save(table: IndexTable, now: number): Promise<void> {
    const { port, logger, root } = this.#context;
    if (table === this.#saved || !isWorthSaving(table, this.#saved, now)) return;
    try {
      await ensureFolder(port, path.join(root, 'cache'), { flush: false });
      await writeDurably(port, this.#file, table.encode(Date.now()), { flush: false });
      this.#saved = table;
    } catch (error) {
      logger.debug(`list index: ${messageOf(error)}`);
    }
  }
}

function isWorthSaving(table: IndexTable, saved: IndexTable | undefined, now: number): boolean {
  if (saved === undefined) return true;
  const isQuiet = now - Math.max(table.facts.folder.mtimeMs, table.facts.folder.ctimeMs) > racyMs;
  if (isQuiet && (!sameMark(saved.facts.folder, table.facts.folder) || isRacy(table.facts.folder, saved))) return true;
  return countDifferent(table, saved) > fewRows(table);
}

/** So many rows are read again in less time than an index is written. */
function fewRows({ count }: IndexTable): number {
  return 16 + count / 64;
}

/** How many rows a program that starts from `saved` would have to read, which this one need not. */
function countDifferent(table: IndexTable, saved: IndexTable): number {
  const before = new Map<string, number>();
  for (let row = 0; row < saved.count; row++) before.set(saved.columns.id(row), row);
  let different = 0;
  for (let row = 0; row < table.count; row++) {
    const mark = table.mark(row);
    const old = before.get(table.columns.id(row));
    if (old === undefined || !saved.isMarked(old, mark) || (isRacy(mark, saved) && !isRacy(mark, table))) different++;
  }
  return different;
}

function isRacy(mark: FileMark, table: IndexTable): boolean {
  return Math.max(mark.mtimeMs, mark.ctimeMs) >= table.facts.scannedAt - racyMs;
}

function sameMark(a: FileMark, b: FileMark): boolean {
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino;
}

/** Whether a row of an older table still tells of a session whose file is in this state. */
function isKept(base: IndexTable, row: number, stat: FileStat, present: number): boolean {
  const files = rowFlags.record | rowFlags.transcript;
  const before = base.columns.flags(row);
  return (before & rowFlags.madeUp) === 0 && (before & files) === (present & files) && base.isMarked(row, stat) && !isRacy(stat, base);
}

function presence(flags: number): number {
  return flags & (rowFlags.record | rowFlags.transcript | rowFlags.folder);
}

function emptyTable(scannedAt: number): IndexTable {
  const folder = { mtimeMs: -1, ctimeMs: -1, size: -1, ino: -1 };
  return new IndexTableBuilder(0, undefined).finish({ scannedAt, folder, strays: [] });
}
