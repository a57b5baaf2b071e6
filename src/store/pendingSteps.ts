import * as path from 'node:path';
import * as z from 'zod';
import { SessionError, messageOf } from '../model/errors.js';
import { sessionIdPattern, sessionIdSchema } from '../model/record.js';
import { ensureFolder, syncFolder, writeDurably } from './durable.js';
import { isSystemError, withFileErrors } from './fileError.js';
import { freshId } from './freshId.js';
import { appendJournal, journalLineSchema, type JournalLine } from './journal.js';
import { ownerSchema, ownerState, thisOwner } from './owner.js';
import { recordDocument } from './recordFile.js';
import { rebuildRecord } from './recordUpdate.js';
import { sessionPaths } from './sessionPaths.js';
import { reversed, stepsSchema, type Step } from './step.js';
import type { StoreContext } from './storeContext.js';

const pendingSchema = z.object({
  owner: ownerSchema,
  steps: stepsSchema,
  finished: journalLineSchema.optional(),
  /** A session that is being made: its record follows its transcript. */
  born: sessionIdSchema.optional(),
});

/**
 * Carries out steps that belong together. They are written to `pending/<name>.json` first: after a crash, whoever opens
 * the store next goes on where this process stopped. When a step fails, those before it are taken back. `finished` is
 * journalled at the end.
 */
export async function runSteps(context: StoreContext, name: string, steps: readonly Step[], finished?: JournalLine): Promise<void> {
  const { port, root, actor } = context;
  const file = path.join(root, 'pending', `${name}.json`);
  await withFileErrors(root, async () => {
    await ensureFolder(port, path.dirname(file));
    const owner = await thisOwner(actor.program, name);
    await writeDurably(port, file, Buffer.from(`${JSON.stringify({ owner, steps, finished })}\n`));
    try {
      await carryOut(context, steps);
    } catch (error) {
      await takeBack(context, file, steps);
      throw error;
    }
    if (finished !== undefined) await appendJournal(context, finished);
    await port.unlink(file);
  });
}

async function takeBack(context: StoreContext, file: string, steps: readonly Step[]): Promise<void> {
  try {
    await carryOut(context, reversed(steps));
    await context.port.unlink(file);
  } catch (error) {
    // The steps stay pending, and are finished when the store is opened without this process.
    context.logger.warn(`${file}: ${messageOf(error)}`);
  }
}

/** Makes a session, its transcript first: when this process dies before the record is there, the next rebuilds it. */
export async function runBirth<T>(context: StoreContext, id: string, make: () => Promise<T>): Promise<T> {
  const { port, root, actor } = context;
  const file = path.join(root, 'pending', `${freshId()}.json`);
  return withFileErrors(root, async () => {
    await ensureFolder(port, path.dirname(file));
    const pending = { owner: await thisOwner(actor.program, id), steps: [], born: id };
    // Not flushed: after a power cut a transcript without a record is doctor's.
    await writeDurably(port, file, Buffer.from(`${JSON.stringify(pending)}\n`), { flush: false });
    try {
      return await make();
    } finally {
      // The session is made or not, whatever becomes of the note.
      await port.unlink(file).catch((error: unknown) => {
        context.logger.warn(`${file}: ${messageOf(error)}`);
      });
    }
  });
}

/** Finishes what processes that are gone had begun. Resolves with whether there was anything. */
export async function finishPending(context: StoreContext): Promise<boolean> {
  const { port, root } = context;
  const folder = path.join(root, 'pending');
  const names = await port.readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  let finished = false;
  for (const { name, kind } of names) {
    if (kind !== 'file' || !name.endsWith('.json') || name.startsWith('.')) continue;
    finished = (await finish(context, path.join(folder, name))) || finished;
  }
  return finished;
}

async function finish(context: StoreContext, file: string): Promise<boolean> {
  const { port, root } = context;
  const pending = await readPending(context, file);
  if (pending === undefined || (await ownerState(pending.owner)) !== 'dead') return false;
  return context.lock(path.join(root, 'pending.lock'), async () => {
    // Read again under the lock: another process may have finished it.
    if ((await readPending(context, file)) === undefined) return false;
    await carryOut(context, pending.steps);
    if (pending.born !== undefined) await finishBirth(context, pending.born);
    if (pending.finished !== undefined) await appendJournal(context, pending.finished);
    await port.unlink(file);
    return true;
  });
}

async function finishBirth(context: StoreContext, id: string): Promise<void> {
  const { port } = context;
  const paths = sessionPaths(context.sessions, id);
  await context.lock(paths.lock, async () => {
    if ((await isThere(context, paths.record)) || !(await isThere(context, paths.transcript))) return;
    const document = recordDocument(port, paths.record);
    document.data = { ...(await rebuildRecord(port, paths.transcript, id)), revision: 1 };
    await document.write();
  });
}

async function readPending(context: StoreContext, file: string): Promise<z.infer<typeof pendingSchema> | undefined> {
  try {
    return pendingSchema.safeParse(JSON.parse(Buffer.from(await context.port.readFile(file)).toString('utf8'))).data;
  } catch (error) {
    // What does not parse was written by no program of ours; doctor tells of it.
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function carryOut(context: StoreContext, steps: readonly Step[]): Promise<void> {
  const folders = new Set<string>();
  for (const group of grouped(steps)) {
    const id = group[0]?.id ?? '';
    const move = async (): Promise<void> => {
      for (const { from, to } of group) {
        if (!(await moveOnce(context, from, to))) continue;
        folders.add(path.posix.dirname(from)).add(path.posix.dirname(to));
      }
    };
    if (sessionIdPattern.test(id)) await context.lock(sessionPaths(context.sessions, id).lock, move);
    else await move();
  }
  for (const folder of folders) await leaveFolder(context, folder);
}

/** Steps of one session that follow each other, so that its lock is taken once. */
function grouped(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.[0]?.id === step.id) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** Resolves with `false` when it was done before. Nothing is ever overwritten. */
async function moveOnce(context: StoreContext, from: string, to: string): Promise<boolean> {
  const { port, root } = context;
  const [source, target] = [path.join(root, from), path.join(root, to)];
  for (const top of [from, to].map((file) => path.join(root, file.split('/', 1)[0] ?? ''))) await refuseLink(context, top);
  if (!(await isThere(context, source))) return false;
  if (await isThere(context, target)) {
    throw new SessionError('failed', `${target} is there already`, { hint: 'move it away and try again' });
  }
  await ensureFolder(port, path.dirname(target));
  await port.rename(source, target);
  return true;
}

/** A store that came with a repository could have a link where its trash should be. */
async function refuseLink(context: StoreContext, folder: string): Promise<void> {
  if (!(await isThere(context, folder)) || (await context.port.lstat(folder)).kind === 'folder') return;
  throw new SessionError('damaged', `${folder} is not a folder, but perhaps a link`, { hint: 'replace it by a folder' });
}

/** Flushes the names of a folder. One of the trash or of what was salvaged goes with the last that was in it. */
async function leaveFolder(context: StoreContext, folder: string): Promise<void> {
  const { port, root } = context;
  try {
    if (folder.startsWith('trash/') || folder.startsWith('salvage/')) await port.rmdir(path.join(root, folder));
    else await syncFolder(port, path.join(root, folder));
  } catch (error) {
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST')) await syncFolder(port, path.join(root, folder));
    else if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

export async function isThere(context: StoreContext, file: string): Promise<boolean> {
  try {
    await context.port.lstat(file);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
