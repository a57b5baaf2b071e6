import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SessionError } from '../../model/errors.js';
import { ensureFolder, writeDurably } from '../../store/durable.js';
import { isSystemError, withFileErrors } from '../../store/fileError.js';
import { nodeFilePort } from '../../store/filePort.js';
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
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
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
    await ensureFolder(nodeFilePort, folder);
    if (!(await isRealFolder(folder))) throw new SessionError('damaged', `${folder} is a link, which is not followed`);
    await writeDurably(nodeFilePort, join(folder, name), Buffer.from(text), { flush: false });
  });
}

async function isRealFolder(folder: string): Promise<boolean> {
  return lstat(folder).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
