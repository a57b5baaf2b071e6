import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { jsonOf } from '../model/json.js';
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
const format = 1;

const keptSchema = z.object({ format: z.literal(format), rows: z.array(z.tuple([z.string(), z.string(), z.unknown()])) });

/**
 * Rows that were made of files, kept from one process to the next as `<folder>/<name>.json`: making them anew takes a second
 * for ten thousand sessions. It is ours alone to write, in the person's own folder, so what it holds is what we made; deleting
 * it loses nothing.
 */
export class KeptRows<T> {
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name}.json`);
  }

  /** By path; none when there is no such file, or none of this version. */
  load(): Map<string, KeptRow<T>> {
    const kept = keptSchema.safeParse(jsonOf(this.#text())).data;
    return new Map(kept?.rows.map(([path, stamp, value]) => [path, { stamp, value: (value ?? undefined) as T }]));
  }

  async save(rows: ReadonlyMap<string, KeptRow<T>>): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    const kept: z.infer<typeof keptSchema> = { format, rows: Array.from(rows, ([path, { stamp, value }]) => [path, stamp, value ?? null]) };
    await replaceFile(this.#file, JSON.stringify(kept));
  }

  #text(): string {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch {
      // Not there yet, or not readable: everything is made anew, and an attempt to keep it says what is wrong.
      return '';
    }
  }
}
