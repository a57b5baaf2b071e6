import * as path from 'node:path';
import * as z from 'zod';
import { entrySchema, type Entry, type EntryOf } from '../model/entry.js';
import type { StoreContext } from './storeContext.js';
import { writeDurably } from './durable.js';
import { SessionError, messageOf } from '../model/errors.js';
import { isTooDeep } from '../model/json.js';
import { isSystemError, systemCode, withFileErrors } from './fileError.js';
import type { FilePort } from './filePort.js';
import { freshId } from './freshId.js';
import { ownerSchema, ownerState, thisOwner, type Owner } from './owner.js';
import { ensurePlainFolder } from './plainFolder.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import { sessionIdPattern } from '../model/sessionId.js';
import { appendLines, scanTranscript } from './transcriptFile.js';

/** First line of `partial.jsonl`: whose turn it is. The entries as far as they streamed follow, one a line. */
export const partialHeadSchema = z.looseObject({ type: z.literal('partial'), owner: ownerSchema });

/** Keeps what streams, as a whole; `null` when the turn is over. For a crash of the program, not of the machine: no flush. */
export async function writePartial(context: StoreContext, id: string, partial: readonly Entry[] | null): Promise<void> {
  const paths = sessionPaths(context.sessions, id);
  await withFileErrors(paths.partial, () => writePartialNow(context, paths, partial));
}

/** The same, for a holder that has looked whether it still is one. */
export async function writePartialNow(context: StoreContext, paths: SessionPaths, partial: readonly Entry[] | null): Promise<void> {
  if (partial === null) {
    await removeIfThere(context.port, paths.partial);
    return;
  }
  const head = { type: 'partial', owner: await thisOwner(context.actor.program, 'partial') };
  // A session that is deleted while it streams gets no folder back.
  await context.port.lstat(paths.record);
  await ensurePlainFolder(context.port, context.root, `sessions/${path.basename(paths.folder)}`);
  await writeDurably(context.port, paths.partial, Buffer.from([head, ...partial].map((line) => `${JSON.stringify(line)}\n`).join('')), {
    flush: false,
  });
}

/**
 * Makes entries (`stop_reason: "interrupted"`) of what turns left whose process is gone, and resolves with those
 * sessions' ids; `only` looks at one session. An entry that the transcript has by now is not written twice. A turn that no message says the end of gets one
 * without text.
 */
export async function recoverPartials(context: StoreContext, only?: string): Promise<readonly string[]> {
  return withFileErrors(context.sessions, async () => {
    const recovered: string[] = [];
    for (const name of await sessionFolders(context, only)) {
      try {
        if (await recover(context, sessionPaths(context.sessions, name))) recovered.push(name);
      } catch (error) {
        // One session that is damaged must not keep turns from starting in the others; doctor tells of it.
        if (!(error instanceof SessionError) && systemCode(error) === undefined) throw error;
        context.logger.warn(`session ${name}: ${messageOf(error)}`);
      }
    }
    return recovered;
  });
}

/** Those that have a folder; a link is none. */
async function sessionFolders({ port, sessions }: StoreContext, only: string | undefined): Promise<readonly string[]> {
  try {
    if (only !== undefined) return (await port.lstat(sessionPaths(sessions, only).folder)).kind === 'folder' ? [only] : [];
    const entries = await port.readdir(sessions);
    return entries.filter(({ name, kind }) => kind === 'folder' && sessionIdPattern.test(name)).map(({ name }) => name);
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
    const entries = await entriesLeft(context, paths, partial);
    if (entries.length > 0) await appendLines(port, paths.transcript, entries);
    await removeIfThere(port, paths.partial);
    return entries.length > 0;
  });
}

/** What a turn left that is over: what streamed and the transcript does not have, and the end that no message tells; `why` goes into it. */
export async function entriesLeft(
  context: StoreContext,
  paths: SessionPaths,
  partial: readonly Entry[],
  why?: string,
): Promise<readonly Entry[]> {
  const left = new Map(partial.map((entry) => [entry.id, entry]));
  let open: Message | undefined;
  await scanTranscript(context.port, paths.transcript, (entry) => {
    left.delete(entry.id);
    open = openTurn(open, entry);
    return undefined;
  });
  const entries = [...left.values()].map((entry) => interrupted(entry, why));
  const unended = entries.reduce(openTurn, open);
  return unended ? [...entries, endOf(unended, context.now(), why)] : entries;
}

/** The entries of a partial whose turn's process is gone; `undefined` when there is none, or it still runs. */
async function deadPartial(port: FilePort, file: string): Promise<readonly Entry[] | undefined> {
  const partial = await readPartial(port, file);
  return partial !== undefined && (await ownerState(partial.owner)) === 'dead' ? partial.entries : undefined;
}

/** A partial as it is on disk; `undefined` when there is none, or it does not say whose it is. */
export async function readPartial(
  port: FilePort,
  file: string,
): Promise<{ readonly owner: Owner; readonly entries: readonly Entry[] } | undefined> {
  let text: string;
  try {
    text = Buffer.from(await port.readFile(file)).toString('utf8');
  } catch (error) {
    // A link is not followed: doctor tells of it.
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR')) return undefined;
    throw error;
  }
  const [first, ...lines] = text.split('\n').map(parsed);
  const head = partialHeadSchema.safeParse(first);
  if (!head.success) return undefined;
  return { owner: head.data.owner, entries: lines.flatMap((line) => (isTooDeep(line) ? [] : (entrySchema.safeParse(line).data ?? []))) };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A machine that crashed may have cut it: what is whole is kept.
    return undefined;
  }
}

function interrupted(entry: Entry, why: string | undefined): Entry {
  // Without its epoch: the holder is gone, and these are no longer its words against a later holder's.
  const { epoch: _epoch, ...rest } = entry;
  const kept = rest as Entry;
  if (kept.type === 'message') return { ...kept, stop_reason: 'interrupted', ...(why === undefined ? {} : { error: why }) };
  if (kept.type !== 'tool_call' || !['pending', 'running'].includes(kept.call.status)) return kept;
  return { ...kept, call: { ...kept.call, status: 'cancelled' } };
}

type Message = EntryOf<'message'>;

/** The prompt of the turn that is under way after an entry, given the one before it. */
function openTurn(open: Message | undefined, entry: Entry): Message | undefined {
  if (entry.type !== 'message') return open;
  if (entry.message.role === 'user') return entry;
  return entry.stop_reason === undefined ? open : undefined;
}

function endOf({ backend }: Message, now: Date, why: string | undefined): Message {
  return {
    type: 'message',
    id: freshId(),
    timestamp: now.toISOString(),
    message: { role: 'assistant', content: [] },
    ...(backend === undefined ? {} : { backend }),
    stop_reason: 'interrupted',
    ...(why === undefined ? {} : { error: why }),
  };
}

export async function removeIfThere(port: FilePort, file: string): Promise<void> {
  try {
    await port.unlink(file);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}
