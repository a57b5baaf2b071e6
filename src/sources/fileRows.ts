import { lstatSync, type Stats } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { messageOf } from '../model/errors.js';
import type { Problem } from '../model/row.js';

/** Files looked at before others in this process get their turn. */
const batch = 64;

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
  readonly #known = new Map<string, { readonly stamp: string; readonly value: T }>();

  /** `read` is called with a plain file, and throws what is wrong with it. Links are not followed. */
  constructor(read: (path: string, stat: Stats) => T) {
    this.#read = read;
  }

  async get(paths: readonly string[], signal?: AbortSignal): Promise<FileRowsResult<T>> {
    const found: { path: string; value: T; stamp: string }[] = [];
    const problems: Problem[] = [];
    for (const [index, path] of paths.entries()) {
      if (index % batch === batch - 1) {
        await breathe();
        signal?.throwIfAborted();
      }
      const entry = this.#one(path, problems);
      if (entry !== undefined) found.push({ path, ...entry });
    }
    this.#forgetAllBut(paths);
    return { found, problems };
  }

  #one(path: string, problems: Problem[]): { readonly stamp: string; readonly value: T } | undefined {
    const known = this.#known.get(path);
    try {
      const stat = lstatSync(path);
      if (!stat.isFile()) throw new Error('it is not a plain file');
      const stamp = stampOf(stat);
      if (known?.stamp === stamp) return known;
      const made = { stamp, value: this.#read(path, stat) };
      this.#known.set(path, made);
      return made;
    } catch (error) {
      // Deleted by its program while we looked: that it is not there is the truth.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      problems.push({ kind: 'unreadable', detail: messageOf(error), path });
      return known;
    }
  }

  #forgetAllBut(paths: readonly string[]): void {
    if (this.#known.size <= paths.length) return;
    const kept = new Set(paths);
    for (const path of this.#known.keys()) if (!kept.has(path)) this.#known.delete(path);
  }
}

/** The state of a file: differs whenever its content may. */
export const stampOf = (stat: Stats): string => `${String(stat.size)}:${String(stat.mtimeMs)}:${String(stat.ctimeMs)}:${String(stat.ino)}`;
