import * as path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { entrySchema } from '../model/entry.js';
import { jsonOf } from '../model/json.js';
import { namesIn } from './examined.js';
import { isSystemError } from './fileError.js';
import { blobsOf } from './pictures.js';
import type { StoreContext } from './storeContext.js';
import { readLines } from './transcriptLines.js';

/** The names of the pictures that a store's files name. */
export interface NamedBlobs {
  /** By anything that is kept, the trash and what undo can bring back too; also by a line that is damaged, set aside, or a newer program's. */
  readonly mentioned: Set<string>;
  /** By the entries of sessions that are not deleted: their ids. */
  readonly bySession: Map<string, Set<string>>;
}

const holders: ReadonlySet<string> = new Set(['sessions', 'trash', 'salvage', 'pending', 'journal.jsonl']);
const transcript = /^sessions\/(?<id>[0-9a-f]{32})\.jsonl$/;
const mention = /"blob"\s*:\s*"(?<name>[^"\\]+)"/g;

/** Reads every file of the store that can name a picture. */
export async function namedBlobs(context: StoreContext): Promise<NamedBlobs> {
  const named: NamedBlobs = { mentioned: new Set(), bySession: new Map() };
  const read = new Set<string>();
  // Twice: what moves into the trash or out of it meanwhile is met the second time.
  for (let round = 1; round <= 2; round++) {
    for (const { name, kind } of await namesIn(context, '')) {
      if (!holders.has(name)) continue;
      for (const file of kind === 'folder' ? await filesBelow(context, name) : [name]) {
        if (!read.has(file) && (await readNames(context, file, named))) read.add(file);
        await breathe();
      }
    }
  }
  return named;
}

async function filesBelow(context: StoreContext, folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const { name, kind } of await namesIn(context, folder)) {
    const inside = `${folder}/${name}`;
    if (kind === 'folder' && !name.endsWith('.lock')) files.push(...(await filesBelow(context, inside)));
    else if (kind === 'file' && /\.jsonl?$/.test(name)) files.push(inside);
  }
  return files;
}

/** Resolves with `false` for a file that moved away. */
async function readNames({ port, root }: StoreContext, file: string, { mentioned, bySession }: NamedBlobs): Promise<boolean> {
  const id = transcript.exec(file)?.groups?.['id'];
  try {
    for await (const { bytes } of readLines(port, path.join(root, file))) {
      const line = bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      if (line?.includes('"blob"') !== true) continue;
      const text = line.toString('utf8');
      for (const [, name = ''] of text.matchAll(mention)) mentioned.add(name);
      const entry = id === undefined ? undefined : entrySchema.safeParse(jsonOf(text)).data;
      if (id === undefined || entry === undefined) continue;
      for (const name of blobsOf(entry)) bySession.set(name, (bySession.get(name) ?? new Set()).add(id));
    }
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP')) return false;
    throw error;
  }
}
