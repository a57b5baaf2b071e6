import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { jsonOf } from '../model/json.js';
import { arrayOf } from './jsonValue.js';
import { replaceFile } from './replaceFile.js';

/** What was made of a file, and the state of the file that it was made from. */
export interface KeptRow<T> {
  readonly stamp: string;
  readonly value: T;
}

/**
 * Raised when what is made of a file changes: what another version kept is then made anew. It covers all sources, so that
 * nobody needs to remember which of them a change concerns.
 */
const format = '{"format":2}';

/** When what was made is kept: a list must not wait for it, nor the one that often follows at once. */
const laterMs = 200;
/** What waits for that. */
const waiting = new Set<() => void>();
const beginAll = (): void => {
  for (const begin of waiting) begin();
};
/** Rows made a text of before others in this process get their turn. */
const batch = 256;

/**
 * Rows that were made of files, kept from one process to the next as `<folder>/<name>.json`: a line for each, behind one with
 * the format. It is ours alone to write, in the person's own folder, so what it holds is what we made; deleting it loses nothing.
 */
export class KeptRows<T> {
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name}.json`);
  }

  /** By path; none when there is no such file, or none of this version. */
  load(): Map<string, KeptRow<T>> {
    const rows = new Map<string, KeptRow<T>>();
    const [first, ...lines] = this.#text().split('\n');
    if (first !== format) return rows;
    for (const line of lines) {
      const [path, stamp, value] = arrayOf(jsonOf(line));
      if (typeof path !== 'string' || typeof stamp !== 'string') return new Map();
      rows.set(path, { stamp, value: (value ?? undefined) as T });
    }
    return rows;
  }

  /** Keeps the rows that there are when this process has done what it is at; a process that ends before has kept none. */
  saveLater(rows: () => ReadonlyMap<string, KeptRow<T>>): void {
    try {
      // Now: a folder that is removed meanwhile is not made again.
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    } catch {
      // A home that cannot be written: the list is right without it, and made anew each time.
      return;
    }
    const begin = (): void => {
      waiting.delete(begin);
      clearTimeout(timer);
      void this.#save(rows());
    };
    // A process that has nothing else to do, a command whose answer is printed, does not stay for the delay.
    const timer = setTimeout(begin, laterMs).unref();
    waiting.add(begin);
    process.off('beforeExit', beginAll).once('beforeExit', beginAll);
  }

  async #save(rows: ReadonlyMap<string, KeptRow<T>>): Promise<void> {
    const lines = [format];
    for (const [path, { stamp, value }] of rows) {
      if (lines.length % batch === 0) await breathe();
      lines.push(JSON.stringify([path, stamp, value ?? null]));
    }
    try {
      await replaceFile(this.#file, lines.join('\n'));
    } catch {
      // As above, or the folder is gone.
    }
  }

  #text(): string {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch {
      // Not there yet, or not readable: everything is made anew.
      return '';
    }
  }
}
