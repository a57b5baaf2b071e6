import * as path from 'node:path';
import * as z from 'zod';
import { SessionError, messageOf } from '../model/errors.js';
import { sessionIdPattern } from '../model/sessionId.js';
import { syncFolder, writeDurably } from './durable.js';
import { isSystemError, isThere, withFileErrors } from './fileError.js';
import { appendJournal, journalLineSchema, type JournalLine } from './journal.js';
import { ownerSchema, ownerState, thisOwner } from './owner.js';
import { ensurePlainFolder, refuseLinks } from './plainFolder.js';
import { sessionPaths } from './sessionPaths.js';
import { reversed, stepsSchema, type Step } from './step.js';
import type { StoreContext } from './storeContext.js';

/** `pending/<name>.json`. */
export const pendingSchema = z.object({
  owner: ownerSchema,
  steps: stepsSchema,
  finished: journalLineSchema.optional(),
});

export interface RunOptions {
  /** Journalled at the end. */
  readonly finished?: JournalLine;
  /** Called under a session's lock, before its files move; a throw stops all. */
  readonly before?: ((id: string) => Promise<void>) | undefined;
}

/**
 * Carries out steps that belong together. They are written to `pending/<name>.json` first: after a crash, whoever opens
 * the store next goes on where this process stopped. When a step fails, those before it are taken back.
 */
export async function runSteps(
  context: StoreContext,
  name: string,
  steps: readonly Step[],
  { finished, before }: RunOptions = {},
): Promise<void> {
  const { port, root, actor } = context;
  const file = path.join(root, 'pending', `${name}.json`);
  await withFileErrors(root, async () => {
    await ensurePlainFolder(port, root, 'pending');
    const owner = await thisOwner(actor.program, name);
    await writeDurably(port, file, Buffer.from(`${JSON.stringify({ owner, steps, finished })}\n`));
    const moved: Step[] = [];
    try {
      await carryOut(context, steps, { moved: (step) => moved.push(step), before });
    } catch (error) {
      await takeBack(context, file, moved);
      throw error;
    }
    if (finished !== undefined) await appendJournal(context, finished);
    await port.unlink(file);
  });
}

async function takeBack(context: StoreContext, file: string, moved: readonly Step[]): Promise<void> {
  try {
    await carryOut(context, reversed(moved));
    await context.port.unlink(file);
  } catch (error) {
    // The steps stay pending, and are finished when the store is opened without this process.
    context.logger.warn(`${file}: ${messageOf(error)}`);
  }
}

/** Finishes what processes that are gone had begun. Resolves with whether there was anything. */
export async function finishPending(context: StoreContext): Promise<boolean> {
  const { port, root } = context;
  const folder = path.join(root, 'pending');
  const names = await port.readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  if (names.length === 0 || (await port.lstat(folder)).kind !== 'folder') return false;
  let finished = false;
  for (const { name, kind } of names) {
    if (kind !== 'file' || !name.endsWith('.json') || name.startsWith('.')) continue;
    const file = path.join(folder, name);
    try {
      finished = (await finish(context, file)) || finished;
    } catch (error) {
      // One that cannot be finished must not keep the others from it; doctor tells of it.
      context.logger.debug(`${file}: ${messageOf(error)}`);
    }
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
    if (pending.finished !== undefined) await appendJournal(context, pending.finished);
    await port.unlink(file);
    return true;
  });
}

/** A note of steps that were begun; `undefined` for what is none, or gone. */
export async function readPending(context: StoreContext, file: string): Promise<z.infer<typeof pendingSchema> | undefined> {
  try {
    return pendingSchema.safeParse(JSON.parse(Buffer.from(await context.port.readFile(file)).toString('utf8'))).data;
  } catch (error) {
    // What does not parse was written by no program of ours; doctor tells of it.
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'ELOOP', 'EISDIR')) return undefined;
    throw error;
  }
}

/** Steps of which none can have been done before: what is to be moved must be there. `moved` hears of each. */
interface FreshSteps extends Pick<RunOptions, 'before'> {
  readonly moved: (step: Step) => void;
}

async function carryOut(context: StoreContext, steps: readonly Step[], fresh?: FreshSteps): Promise<void> {
  const folders = new Set<string>();
  for (const group of grouped(steps)) {
    const id = group[0]?.id ?? '';
    const move = async (): Promise<void> => {
      await fresh?.before?.(id);
      for (const step of group) {
        const { from, to } = step;
        if (!(await moveOnce(context, from, to, fresh !== undefined))) continue;
        fresh?.moved(step);
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
async function moveOnce(context: StoreContext, from: string, to: string, fresh: boolean): Promise<boolean> {
  const { port, root } = context;
  const [source, target] = [path.join(root, from), path.join(root, to)];
  for (const file of [from, to]) await refuseLinks(port, root, path.posix.dirname(file));
  const isTaken = await isThere(context.port, target);
  // Named for its content: what is there again is the same, and right.
  if (isTaken && to.startsWith('blobs/')) return false;
  if (!(await isThere(context.port, source))) {
    if (fresh) throw new SessionError('gone', `${source} is not there`, { hint: 'another program deleted or moved it' });
    return false;
  }
  if (isTaken) {
    throw new SessionError('failed', `${target} is there already`, { hint: 'move it away and try again' });
  }
  await ensurePlainFolder(port, root, path.posix.dirname(to));
  await port.rename(source, target);
  return true;
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
