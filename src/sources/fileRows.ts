import { lstatSync, type Stats } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { messageOf } from '../model/errors.js';
import type { Problem } from '../model/row.js';
import type { KeptRow, KeptRows } from './keptRows.js';

/** Files looked at before others in this process get their turn. */
const batch = 64;
/** A file that changed this shortly before it was looked at may change again without its times telling: git's rule. */
const racyMs = 2000;

export interface FileRowsResult<T> {
  /** What was made of each file, in the order asked; a file that vanished is left out. */
  readonly found: readonly { readonly path: string; readonly value: T; readonly stamp: string }[];
  readonly problems: readonly Problem[];
}

/**
 * Values made from one file each, and made again only when the file's state (size, times, inode) differs. A file that fails
 * is a problem with its name; where it could be read before, its last value stays.
 */
export class FileRows<T> {
  readonly #read: (path: string, stat: Stats) => T;
  readonly #kept: KeptRows<T> | undefined;
  #known: Map<string, KeptRow<T>> | undefined;
  /** Files that changed too lately for what was made of them to be kept. */
  readonly #racy = new Set<string>();
  /** How many values the next process would have to make again. */
  #unkept = 0;

  /** `read` is called with a plain file, and throws what is wrong with it. Links are not followed. `kept` must hold plain JSON. */
  constructor(read: (path: string, stat: Stats) => T, kept?: KeptRows<T>) {
    this.#read = read;
    this.#kept = kept;
  }

  async get(paths: readonly string[], signal?: AbortSignal): Promise<FileRowsResult<T>> {
    const found: { path: string; value: T; stamp: string }[] = [];
    const problems: Problem[] = [];
    const known = (this.#known ??= this.#kept?.load() ?? new Map<string, KeptRow<T>>());
    for (const [index, path] of paths.entries()) {
      if (index % batch === batch - 1) {
        await breathe();
        signal?.throwIfAborted();
      }
      const entry = this.#one(known, path, problems);
      if (entry !== undefined) found.push({ path, ...entry });
    }
    forgetAllBut(known, paths);
    await this.#keep(known);
    return { found, problems };
  }

  #one(all: Map<string, KeptRow<T>>, path: string, problems: Problem[]): KeptRow<T> | undefined {
    const known = all.get(path);
    try {
      const stat = lstatSync(path);
      if (!stat.isFile()) throw new Error('it is not a plain file');
      const stamp = stampOf(stat);
      if (known?.stamp === stamp) return known;
      const made = { stamp, value: this.#read(path, stat) };
      all.set(path, made);
      this.#unkept++;
      if (Math.max(stat.mtimeMs, stat.ctimeMs) > Date.now() - racyMs) this.#racy.add(path);
      else this.#racy.delete(path);
      return made;
    } catch (error) {
      // Deleted by its program while we looked: that it is not there is the truth.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      problems.push({ kind: 'unreadable', detail: messageOf(error), path });
      return known;
    }
  }

  /** Keeps what was made where that spares the next process more than it costs this one. */
  async #keep(known: ReadonlyMap<string, KeptRow<T>>): Promise<void> {
    if (this.#kept === undefined || this.#unkept - this.#racy.size <= 16 + known.size / 64) return;
    this.#unkept = this.#racy.size;
    try {
      await this.#kept.save(new Map([...known].filter(([path]) => !this.#racy.has(path))));
    } catch {
      // A home that cannot be written: the list is right without it, and made anew each time.
    }
  }
}

function forgetAllBut(known: Map<string, unknown>, paths: readonly string[]): void {
  if (known.size <= paths.length) return;
  const kept = new Set(paths);
  for (const path of known.keys()) if (!kept.has(path)) known.delete(path);
}

/** The state of a file: differs whenever its content may. */
export const stampOf = (stat: Stats): string => `${String(stat.size)}:${String(stat.mtimeMs)}:${String(stat.ctimeMs)}:${String(stat.ino)}`;
