import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../store/durable.js';
import { isSystemError, withFileErrors } from '../../store/fileError.js';
import { nodeFilePort } from '../../store/filePort.js';
import { ensurePlainFolder } from '../../store/plainFolder.js';
import { sessionPaths } from '../../store/sessionPaths.js';
import type { CoreContext } from '../context.js';

/** What was typed and not sent is kept as text beside the session's other files, and goes with them. */
const draftName = 'draft.txt';

const folderOf = ({ store }: CoreContext, id: string): string => sessionPaths(join(store.root, 'sessions'), id).folder;

/** The unsent text of one of our sessions; `undefined` where there is none. */
export const readDraft = (context: CoreContext, id: string): Promise<string | undefined> => readSessionText(context, id, draftName);

/** Keeps it; an empty draft is none. */
export const writeDraft = (context: CoreContext, id: string, draft: string): Promise<void> =>
  writeSessionText(context, id, draftName, draft);

/** A small text beside a session's other files; `undefined` where there is none. */
export async function readSessionText(context: CoreContext, id: string, name: string): Promise<string | undefined> {
  const folder = folderOf(context, id);
  if (!(await isRealFolder(folder))) return undefined;
  try {
    return Buffer.from(await nodeFilePort.readFile(join(folder, name))).toString('utf8');
  } catch (error) {
    // A link could lead to any file of the person's, whose text would then stand in the prompt: doctor tells of it.
    if (isSystemError(error, 'ENOENT', 'ELOOP', 'EISDIR')) return undefined;
    throw error;
  }
}

/** Writes it; empty removes it. */
export async function writeSessionText(context: CoreContext, id: string, name: string, text: string): Promise<void> {
  const folder = folderOf(context, id);
  await withFileErrors(folder, async () => {
    if (text === '') {
      await nodeFilePort.unlink(join(folder, name)).catch((error: unknown) => {
        if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
      });
      return;
    }
    await ensurePlainFolder(nodeFilePort, context.store.root, `sessions/${id}`);
    await writeDurably(nodeFilePort, join(folder, name), Buffer.from(text), { flush: false });
  });
}

async function isRealFolder(folder: string): Promise<boolean> {
  return lstat(folder).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
