import * as z from 'zod';
import { entrySchema, type Entry } from '../model/entry.js';
import type { StoreContext } from './storeContext.js';
import { ensureFolder, writeDurably } from './durable.js';
import { isSystemError, withFileErrors } from './fileError.js';
import type { FilePort } from './filePort.js';
import { ownerSchema, ownerState, thisOwner } from './owner.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import { sessionIdPattern } from '../model/record.js';
import { appendLines, scanTranscript } from './transcriptFile.js';

/** First line of `partial.jsonl`: whose turn it is. The entries as far as they streamed follow, one a line. */
export const partialHeadSchema = z.looseObject({ type: z.literal('partial'), owner: ownerSchema });

/** Keeps what streams, as a whole; `null` or nothing removes it. For a crash of the program, not of the machine: no flush. */
export async function writePartial(context: StoreContext, id: string, partial: readonly Entry[] | null): Promise<void> {
  const paths = sessionPaths(context.sessions, id);
  await withFileErrors(paths.partial, async () => {
    if (partial === null || partial.length === 0) {
      await removeIfThere(context.port, paths.partial);
      return;
    }
    const head = { type: 'partial', owner: await thisOwner(context.actor.program, 'partial') };
    // A session that is deleted while it streams gets no folder back.
    await context.port.lstat(paths.record);
    await ensureFolder(context.port, paths.folder);
    await writeDurably(context.port, paths.partial, Buffer.from([head, ...partial].map((line) => `${JSON.stringify(line)}\n`).join('')), {
      flush: false,
    });
  });
}

/**
 * Makes entries (`stop_reason: "interrupted"`) of what turns left whose process is gone, and resolves with those
 * sessions' ids. An entry that the transcript has by now is not written twice.
 */
export async function recoverPartials(context: StoreContext): Promise<readonly string[]> {
  return withFileErrors(context.sessions, async () => {
    const recovered: string[] = [];
    for (const { name, kind } of await foldersIn(context)) {
      if (kind !== 'folder' || !sessionIdPattern.test(name)) continue;
      if (await recover(context, sessionPaths(context.sessions, name))) recovered.push(name);
    }
    return recovered;
  });
}

async function foldersIn(context: StoreContext): ReturnType<FilePort['readdir']> {
  try {
    return await context.port.readdir(context.sessions);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

async function recover(context: StoreContext, paths: SessionPaths): Promise<boolean> {
  const { port } = context;
  if ((await deadPartial(port, paths.partial)) === undefined) return false;
  return context.lock(paths.lock, async () => {
    // Read again under the lock: another process may recover too.
    const partial = await deadPartial(port, paths.partial);
    if (partial === undefined) return false;
    const left = new Map(partial.map((entry) => [entry.id, entry]));
    await scanTranscript(port, paths.transcript, (entry) => {
      left.delete(entry.id);
      return left.size > 0;
    });
    const entries = [...left.values()].map(interrupted);
    if (entries.length > 0) await appendLines(port, paths.transcript, entries);
    await removeIfThere(port, paths.partial);
    return entries.length > 0;
  });
}

/** The entries of a partial whose turn's process is gone; `undefined` when there is none, or it still runs. */
export async function deadPartial(port: FilePort, file: string): Promise<readonly Entry[] | undefined> {
  let text: string;
  try {
    text = Buffer.from(await port.readFile(file)).toString('utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  const [first, ...lines] = text.split('\n').map(parsed);
  const head = partialHeadSchema.safeParse(first);
  if (!head.success || (await ownerState(head.data.owner)) !== 'dead') return undefined;
  return lines.flatMap((line) => entrySchema.safeParse(line).data ?? []);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A machine that crashed may have cut it: what is whole is kept.
    return undefined;
  }
}

function interrupted(entry: Entry): Entry {
  // Without its epoch: the holder is gone, and these are no longer its words against a later holder's.
  const { epoch: _epoch, ...rest } = entry;
  const kept = rest as Entry;
  if (kept.type === 'message') return { ...kept, stop_reason: 'interrupted' };
  if (kept.type !== 'tool_call' || !['pending', 'running'].includes(kept.call.status)) return kept;
  return { ...kept, call: { ...kept.call, status: 'cancelled' } };
}

async function removeIfThere(port: FilePort, file: string): Promise<void> {
  try {
    await port.unlink(file);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}
