import { closeSync, lstatSync, type Stats } from 'node:fs';
import { messageOf } from '../model/errors.js';
import type { Problem } from '../model/row.js';
import type { KeptRow, KeptRows } from './keptRows.js';
import { openPlainFile, type PlainFile } from './plainFile.js';
import { ReadAhead, type EndBytes } from './readAhead.js';

/** Files looked at before others in this process get their turn. */
const batch = 64;
/** What is read of most files. */
const usualEnds: EndBytes = { head: 16 * 1024, tail: 16 * 1024 };
/** A file that changed this shortly before it was looked at may change again without its times telling: git's rule. */
const racyMs = 2000;

/** A file that is being made something of. */
export interface RowFile extends PlainFile {
  readonly path: string;
}

/** What was made of a file. */
export interface FileRow<F, T> {
  readonly file: F;
  readonly value: T;
  /** Differs whenever the file's content may. */
  readonly stamp: string;
}

export interface FileRowsResult<F, T> {
  /** What was made of each file, in the order asked; a file that vanished is left out. */
  readonly found: readonly FileRow<F, T>[];
  readonly problems: readonly Problem[];
}

/** A value, and the state of the file that it was made from. */
interface Known<T> extends KeptRow<T> {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  /** The file changed too lately for what was made of it to be kept. */
  readonly isRacy: boolean;
}

/**
 * Values made from one file each, and made again only when the file's state (size, times, inode) differs. A file that fails
 * is a problem with its name; where it could be read before, its last value stays.
 */
export class FileRows<F extends { readonly path: string }, T> {
  readonly #read: (opened: RowFile, file: F) => T;
  readonly #kept: KeptRows<T> | undefined;
  readonly #ends: EndBytes;
  #known: Map<string, Known<T>> | undefined;
  /** How many values the next process would have to make again. */
  #unkept = 0;

  /**
   * `read` is called with a plain file, and throws what is wrong with it. Links are not followed. `kept` must hold plain JSON; `ends`
   * is what `read` mostly reads.
   */
  constructor(
    read: (opened: RowFile, file: F) => T,
    { kept, ends = usualEnds }: { readonly kept?: KeptRows<T> | undefined; readonly ends?: EndBytes } = {},
  ) {
    this.#read = read;
    this.#kept = kept;
    this.#ends = ends;
  }

  async get(files: readonly F[], signal?: AbortSignal): Promise<FileRowsResult<F, T>> {
    const found: FileRow<F, T>[] = [];
    const problems: Problem[] = [];
    const all = (this.#known ??= new Map(Array.from(this.#kept?.load() ?? [], ([path, kept]) => [path, knownOf(kept)])));
    const ahead = new ReadAhead(this.#ends);
    const unknown = (from: number) => (): readonly string[] =>
      files.slice(from, from + batch).flatMap(({ path }) => (all.has(path) ? [] : path));
    for (let from = 0; from < files.length; from += batch) {
      await ahead.turn(unknown(from), unknown(from + batch));
      signal?.throwIfAborted();
      ahead.watch(() => {
        for (const file of files.slice(from, from + batch)) {
          const known = this.#one(all, file, problems);
          if (known !== undefined) found.push({ file, value: known.value, stamp: known.stamp });
        }
      });
    }
    forgetAllBut(all, files);
    this.#keep(all);
    return { found, problems };
  }

  #one(all: Map<string, Known<T>>, file: F, problems: Problem[]): Known<T> | undefined {
    const { path } = file;
    const known = all.get(path);
    try {
      if (known !== undefined && isStateOf(known, lstatSync(path))) return known;
      const made = this.#make(file);
      all.set(path, made);
      if (!made.isRacy) this.#unkept++;
      return made;
    } catch (error) {
      // Deleted by its program while we looked: that it is not there is the truth.
      if (codeOf(error) === 'ENOENT') return undefined;
      problems.push({ kind: 'unreadable', detail: messageOf(error), path });
      return known;
    }
  }

  #make(file: F): Known<T> {
    const { path } = file;
    const { fd, stat } = openPlainFile(path);
    try {
      const { size, mtimeMs, ctimeMs, ino } = stat;
      const isRacy = Math.max(mtimeMs, ctimeMs) > Date.now() - racyMs;
      return { value: this.#read({ path, stat, fd }, file), stamp: stampOf(stat), size, mtimeMs, ctimeMs, ino, isRacy };
    } finally {
      closeSync(fd);
    }
  }

  /** Keeps what was made where that spares the next process more than it costs this one. */
  #keep(all: ReadonlyMap<string, Known<T>>): void {
    if (this.#kept === undefined || this.#unkept <= 16 + all.size / 64) return;
    this.#unkept = 0;
    this.#kept.saveLater(() => new Map([...all].filter(([, { isRacy }]) => !isRacy)));
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

function forgetAllBut(known: Map<string, unknown>, files: readonly { readonly path: string }[]): void {
  if (known.size <= files.length) return;
  const paths = new Set(files.map(({ path }) => path));
  for (const path of known.keys()) if (!paths.has(path)) known.delete(path);
}

const isStateOf = (known: Known<unknown>, stat: Stats): boolean =>
  known.size === stat.size && known.mtimeMs === stat.mtimeMs && known.ctimeMs === stat.ctimeMs && known.ino === stat.ino;

/** The state of a file: differs whenever its content may. */
export const stampOf = (stat: Stats): string => `${String(stat.size)}:${String(stat.mtimeMs)}:${String(stat.ctimeMs)}:${String(stat.ino)}`;

function knownOf<T>({ stamp, value }: KeptRow<T>): Known<T> {
  const [size = NaN, mtimeMs = NaN, ctimeMs = NaN, ino = NaN] = stamp.split(':').map(Number);
  return { stamp, value, size, mtimeMs, ctimeMs, ino, isRacy: false };
}
