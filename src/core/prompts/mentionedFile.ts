import { open, realpath } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContentBlock } from '../../model/entry.js';
import { isInside } from '../../model/folderPath.js';
import { mostPictureBytes, pictureType } from '../../model/pictureType.js';
import { looksSecret } from '../../model/secretFile.js';
import { isSystemError } from '../../store/fileError.js';

/** Bytes of one file of text that go along whole; a longer one the agent reads itself. */
const mostBytes = 256 * 1024;

/** Where files may be taken from, real and absolute, and what in it may not. */
export interface MentionPlace {
  readonly cwd: string;
  /** The store. */
  readonly root: string;
}

export type Mentioned = { readonly block: ContentBlock } | { readonly refused: string };

/** Folders of the place from which nothing is taken: the store's and the repository's own. */
export const isGuarded = (real: string, { cwd, root }: MentionPlace): boolean =>
  [root, join(cwd, '.skein'), join(cwd, '.git')].some((folder) => isInside(real, folder)) || /[\\/]\.(skein|git)([\\/]|$)/.test(real);

/** The file of a mention as a block, or why it is not taken; `undefined` where there is none: then it was no mention. */
export async function mentionedFile(name: string, place: MentionPlace): Promise<Mentioned | undefined> {
  const path = resolve(place.cwd, name);
  const real = await realpath(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES')) return undefined;
    throw error;
  });
  if (real === undefined) return undefined;
  if (!isInside(real, place.cwd)) return { refused: `${name} is not in this folder` };
  if (isGuarded(real, place)) return { refused: `${name} is not given to agents` };
  if (looksSecret(relative(place.cwd, real)) || looksSecret(name)) return { refused: `${name} looks like a file of secrets` };
  return readBlock(name, real);
}

async function readBlock(name: string, real: string): Promise<Mentioned | undefined> {
  const file = await open(real, 'r');
  try {
    const info = await file.stat();
    if (!info.isFile()) return undefined;
    const tooLong = { refused: `${name} is too long to go along (${String(Math.ceil(info.size / 1024))} kB)` };
    if (info.size > mostPictureBytes) return tooLong;
    const bytes = await file.readFile();
    const type = pictureType(bytes);
    if (type !== undefined)
      return { block: { type: 'image', mime_type: type, data: bytes.toString('base64'), uri: pathToFileURL(real).href, title: name } };
    if (bytes.length > mostBytes) return tooLong;
    if (bytes.includes(0)) return { refused: `${name} is neither text nor a picture` };
    return { block: { type: 'resource', uri: pathToFileURL(real).href, title: name, text: bytes.toString('utf8') } };
  } finally {
    await file.close();
  }
}
