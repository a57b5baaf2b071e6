import type { Entry, EntryOf } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import { withFileErrors } from './fileError.js';
import { freshId } from './freshId.js';
import { HeldLease } from './heldLease.js';
import { busyLease, holderName, isLeaseLive, leaseExpiryMs, readLease, removeLease, writeLease, type LeaseFile } from './leaseFile.js';
import { thisOwner } from './owner.js';
import { entriesLeft, readPartial, removeIfThere } from './partialFile.js';
import { ensurePlainFolder } from './plainFolder.js';
import { readRecord } from './recordFile.js';
import { leaseEpoch } from './recordUpdate.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import type { StoreContext } from './storeContext.js';
import { appendLines, scanTranscript } from './transcriptFile.js';

export interface LeaseOptions {
  /** Takes it from a holder that is alive, too. */
  readonly takeOver?: boolean | undefined;
  /** Called when it is released. */
  readonly ended?: () => void;
}

/**
 * Takes the right to run turns in a session. `busy` while another live holder has it, unless it is to be taken over. After another
 * holder, alive or dead, the epoch is raised and a `lease` line written, so that whatever that one still writes is set aside; what
 * it left of a turn becomes entries before that line.
 */
export async function acquireLease(context: StoreContext, id: string, { takeOver = false, ended }: LeaseOptions = {}): Promise<HeldLease> {
  const paths = sessionPaths(context.sessions, id);
  const file = await locked(context, paths, () => take(context, id, takeOver));
  return new HeldLease(context, id, file, ended);
}

/** Takes the session from whoever has it, and gives it back in the same moment: nobody finds it busy that runs nothing. */
export async function breakLease(context: StoreContext, id: string): Promise<void> {
  const paths = sessionPaths(context.sessions, id);
  await locked(context, paths, async () => {
    await take(context, id, true);
    await removeLease(context.port, paths);
  });
}

function locked<T>(context: StoreContext, { record, lock }: SessionPaths, act: () => Promise<T>): Promise<T> {
  return withFileErrors(record, () => context.lock(lock, act));
}

/** Writes the lease, and tells the transcript of it. Under the session's lock. */
async function take(context: StoreContext, id: string, takeOver: boolean): Promise<LeaseFile> {
  const { port } = context;
  const paths = sessionPaths(context.sessions, id);
  const owner = await thisOwner(context.actor.program, context.mark + freshId().slice(context.mark.length));
  const record = await readRecord(port, paths.record);
  const previous = await readLease(port, paths.lease);
  const lives = previous !== undefined && (await isLeaseLive(previous, context.now()));
  if (lives && !takeOver) throw busyLease(id, previous);
  const { epoch: told } = await scanTranscript(port, paths.transcript, () => undefined, {
    from: record.transcript?.bytes ?? 0,
    epoch: leaseEpoch(record),
  });
  const now = context.now();
  const lease: LeaseFile = {
    ...owner,
    surface: context.actor.surface,
    epoch: previous === undefined ? told : Math.max(told, previous.epoch) + 1,
    started_at: now.toISOString(),
    state: 'running',
    expires_at: new Date(now.getTime() + leaseExpiryMs).toISOString(),
  };
  await ensurePlainFolder(port, context.root, `sessions/${id}`);
  // The lease before the lines: from then on the former holder writes nothing more, whatever becomes of us.
  await writeLease(port, paths.lease, lease);
  try {
    await tellTranscript(context, paths, lease, previous, lives);
  } catch (error) {
    await giveBack(context, paths, previous);
    throw error;
  }
  return lease;
}

/** Appends what the former holder left and, after one that had not let go, the `lease` line. */
async function tellTranscript(
  context: StoreContext,
  paths: SessionPaths,
  lease: LeaseFile,
  previous: LeaseFile | undefined,
  lives: boolean,
): Promise<void> {
  const { port } = context;
  const partial = await readPartial(port, paths.partial);
  const why = lives ? `the session was taken over by ${holderName(lease)}` : undefined;
  const left = partial === undefined ? [] : await entriesLeft(context, paths, partial.entries, why);
  const lines: readonly Entry[] = previous === undefined ? left : [...left, leaseLine(lease, previous, lives)];
  if (lines.length > 0) await appendLines(port, paths.transcript, lines);
  await removeIfThere(port, paths.partial);
}

function leaseLine(lease: LeaseFile, previous: LeaseFile, lives: boolean): EntryOf<'lease'> {
  return {
    type: 'lease',
    id: lease.nonce,
    timestamp: lease.started_at,
    epoch: lease.epoch,
    holder: nameOf(lease),
    from: nameOf(previous),
    reason: lives ? 'taken_over' : 'died',
  };
}

function nameOf({ program, surface, host, pid }: LeaseFile): NonNullable<EntryOf<'lease'>['holder']> {
  return { program, ...(surface !== undefined && { surface }), host, pid };
}

/** A disk that is full lets nobody take over: the lease is what it was. */
async function giveBack(context: StoreContext, { lease }: SessionPaths, previous: LeaseFile | undefined): Promise<void> {
  const back = previous === undefined ? removeIfThere(context.port, lease) : writeLease(context.port, lease, previous);
  await back.catch((error: unknown) => context.logger.warn(`${lease}: the lease stays as it is: ${messageOf(error)}`));
}
