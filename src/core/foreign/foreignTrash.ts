import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { messageOf, SessionError } from '../../model/errors.js';
import { sessionRowSchema, type SessionRow } from '../../model/row.js';
import { ensureFolder, writeDurably } from '../../store/durable.js';
import { isSystemError, withFileErrors } from '../../store/fileError.js';
import { nodeFilePort } from '../../store/filePort.js';
import type { CoreContext } from '../context.js';
import { foreignId, sourceNamed } from './foreignId.js';

const keptSchema = z.object({ version: z.literal(1), deleted_at: z.string(), row: sessionRowSchema, kept: z.array(z.string()) });
export type KeptSession = z.infer<typeof keptSchema> & { readonly folder: string };

/**
 * `$SKEIN_HOME/trash`: what was deleted from other programs' stores, one folder each with the files and a `kept.json`. It is
 * there and not in the folder's store, because those programs' stores are the person's and not the folder's.
 */
const trashOf = (home: string): string => join(home, 'trash');

/** A new, empty place for one deleted session: named before the act, so that the journal can name it too. */
export function newKeepFolder(context: CoreContext, source: string): string {
  return join(trashOf(context.home), `${source}-${context.now()}-${randomBytes(6).toString('hex')}`);
}

/** Deletes a session from its program's store and keeps a copy in `folder`. */
export async function removeForeign(context: CoreContext, row: SessionRow, folder: string): Promise<void> {
  const id = foreignId(row.id);
  const removal = id && sourceNamed(context.sources, id.source).removal;
  if (!id || !removal) return;
  await withFileErrors(folder, async () => {
    await ensureFolder(nodeFilePort, folder);
    const { kept } = await removal.remove(id.ownId, folder);
    const note = { version: 1, deleted_at: new Date(context.now()).toISOString(), row, kept };
    await writeDurably(nodeFilePort, join(folder, 'kept.json'), Buffer.from(JSON.stringify(note, undefined, 2)));
  });
}

/**
 * Puts a kept session back into its program's store. The copy stays, marked as restored. Nothing happens where nothing is kept.
 * `damaged` for a folder that is none of these: a journal that names one can come from a stranger, with the files to put there.
 */
export async function restoreForeign(context: CoreContext, folder: string): Promise<void> {
  if (dirname(resolve(folder)) !== trashOf(context.home)) {
    throw new SessionError('damaged', `${folder} is none of the folders that Skein keeps deleted sessions in`);
  }
  const kept = await readKept(folder);
  const id = kept && foreignId(kept.row.id);
  if (!id) return;
  await sourceNamed(context.sources, id.source).removal?.restore(kept.kept);
  await withFileErrors(folder, () => rename(join(folder, 'kept.json'), join(folder, 'restored.json')));
}

/** Every session that can be put back. */
export async function keptForeign(context: CoreContext): Promise<readonly KeptSession[]> {
  const trash = trashOf(context.home);
  const names = await readdir(trash).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  });
  const found: KeptSession[] = [];
  for (const name of names) {
    try {
      const kept = await readKept(join(trash, name));
      if (kept) found.push(kept);
    } catch (error) {
      context.logger.warn(`${join(trash, name)} cannot be read: ${messageOf(error)}`);
    }
  }
  return found;
}

async function readKept(folder: string): Promise<KeptSession | undefined> {
  try {
    const parsed = keptSchema.parse(JSON.parse(await readFile(join(folder, 'kept.json'), 'utf8')));
    return { ...parsed, folder };
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
