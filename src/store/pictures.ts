import { createHash } from 'node:crypto';
import * as path from 'node:path';
import type { ContentBlock } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import { writeDurably } from './durable.js';
import { isThere } from './fileError.js';
import { ensurePlainFolder, refuseLinks } from './plainFolder.js';
import type { StoreContext } from './storeContext.js';

const folder = 'blobs';
const namePattern = /^[0-9a-f]{64}$/;

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

async function kept({ port, root }: StoreContext, block: ContentBlock): Promise<ContentBlock> {
  if (block.type !== 'image' || block.data === undefined) return block;
  const { data, ...rest } = block;
  const bytes = Buffer.from(data, 'base64');
  const name = createHash('sha256').update(bytes).digest('hex');
  const file = path.join(root, folder, name);
  // Content-addressed: one that is there already is the same.
  if (!(await isThere(port, file))) {
    await ensurePlainFolder(port, root, folder);
    await writeDurably(port, file, bytes);
  }
  return { ...rest, blob: name };
}

async function loaded({ port, root, logger }: StoreContext, block: ContentBlock): Promise<ContentBlock> {
  if (block.type !== 'image' || block.data !== undefined || block.blob === undefined || !namePattern.test(block.blob)) return block;
  const file = path.join(root, folder, block.blob);
  try {
    await refuseLinks(port, root, folder);
    const bytes = await port.readFile(file);
    if (createHash('sha256').update(bytes).digest('hex') === block.blob) return { ...block, data: Buffer.from(bytes).toString('base64') };
    logger.warn(`${file} is not the picture that it was`);
  } catch (error) {
    logger.warn(`a picture cannot be read: ${messageOf(error)}`);
  }
  return block;
}
