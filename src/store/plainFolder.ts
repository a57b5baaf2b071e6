import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { ensureFolder } from './durable.js';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';

/**
 * Rejects with `damaged` when a part of `inside` (relative to `root`, `/` between its parts) is there and is no folder: a
 * store that came with a repository could have a link there that leads out of it. The root itself is the caller's to judge.
 */
export async function refuseLinks(port: FilePort, root: string, inside: string): Promise<void> {
  let folder = root;
  for (const part of inside.split('/')) {
    folder = path.join(folder, part);
    try {
      if ((await port.lstat(folder)).kind === 'folder') continue;
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return;
      throw error;
    }
    throw new SessionError('damaged', `${folder} is not a folder, but perhaps a link`, { hint: 'replace it by a folder' });
  }
}

/** Makes a folder inside the store, never the store itself: one that vanished is not to come back empty. Follows no link. */
export async function ensurePlainFolder(port: FilePort, root: string, inside: string): Promise<void> {
  await port.lstat(root);
  await refuseLinks(port, root, inside);
  await ensureFolder(port, path.join(root, inside));
}
