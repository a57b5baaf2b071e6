import { createHash } from 'node:crypto';
import * as path from 'node:path';
import type { ContentBlock, Entry } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import { writeDurably } from './durable.js';
import { isThere } from './fileError.js';
import { ensurePlainFolder, refuseLinks } from './plainFolder.js';
import type { StoreContext } from './storeContext.js';

/** Where the pictures of prompts are, in a store. */
export const blobFolder = 'blobs';
/** Names that other programs give them are taken too. */
export const blobPattern = /^[0-9a-f]{16,128}(?:\.[a-z0-9]{1,8})?$/;
const digestPattern = /^[0-9a-f]{64}$/;
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whether these bytes are what the name says; another program's name says nothing. */
export const isBlobWhole = (name: string, bytes: Uint8Array): boolean => !digestPattern.test(name) || digestOf(bytes) === name;

/** The pictures that an entry names. */
export function blobsOf(entry: Entry): readonly string[] {
  if (entry.type !== 'message') return [];
  return entry.message.content.flatMap(({ blob }) => (typeof blob === 'string' && blobPattern.test(blob) ? [blob] : []));
}

/** Keeps the bytes of a picture under its name. */
export async function keepBlob({ port, root }: StoreContext, name: string, bytes: Uint8Array): Promise<void> {
  const file = path.join(root, blobFolder, name);
  await ensurePlainFolder(port, root, blobFolder);
  // Content-addressed: one that is there already is the same. Its time tells doctor that it is wanted again.
  if (await isThere(port, file)) await port.touch(file);
  else await writeDurably(port, file, bytes);
}

/**
 * The content with the bytes of its pictures in files, each named for its SHA-256: a transcript is read as a whole again and
 * again, and the same picture may be in many.
 */
export async function keepPictures(context: StoreContext, content: readonly ContentBlock[]): Promise<readonly ContentBlock[]> {
  return Promise.all(content.map((block) => kept(context, block)));
}

/** The content with the bytes of its pictures; one whose file is gone, or is not what it was, stays without. */
export async function loadPictures(context: StoreContext, content: readonly ContentBlock[]): Promise<readonly ContentBlock[]> {
  return Promise.all(content.map((block) => loaded(context, block)));
}

async function kept(context: StoreContext, block: ContentBlock): Promise<ContentBlock> {
  if (block.type !== 'image' || block.data === undefined) return block;
  const { data, ...rest } = block;
  const bytes = Buffer.from(data, 'base64');
  const name = digestOf(bytes);
  await keepBlob(context, name, bytes);
  return { ...rest, blob: name };
}

async function loaded(context: StoreContext, block: ContentBlock): Promise<ContentBlock> {
  if (block.type !== 'image' || block.data !== undefined || block.blob === undefined || !blobPattern.test(block.blob)) return block;
  const bytes = await readBlob(context, block.blob);
  return bytes === undefined ? block : { ...block, data: Buffer.from(bytes).toString('base64') };
}

/** The bytes of a picture; `undefined`, and a word in the log, for one that is gone, behind a link, or not what its name says. */
export async function readBlob({ port, root, logger }: StoreContext, name: string): Promise<Uint8Array | undefined> {
  const file = path.join(root, blobFolder, name);
  try {
    await refuseLinks(port, root, blobFolder);
    const bytes = await port.readFile(file);
    if (isBlobWhole(name, bytes)) return bytes;
    logger.warn(`${file} is not the picture that it was`);
  } catch (error) {
    logger.warn(`a picture cannot be read: ${messageOf(error)}`);
  }
  return undefined;
}
