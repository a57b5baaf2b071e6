import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SessionError, messageOf } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { fileError, isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { freshId } from './freshId.js';
import { LockFolder } from './lockFolder.js';
import { thisOwner, type Owner } from './owner.js';

/** The right to change what the lock guards, while `act` of `withLock` runs. */
export interface Held {
  /** Rejects with `busy` when the lock was taken away (by hand, or after a long stop by another host): asked right before a rename. */
  assert(): Promise<void>;
}

export interface LockOptions {
  readonly port: FilePort;
  /** Shown to whoever waits. */
  readonly program: string;
  readonly logger: Logger;
  /** How long to wait for another holder; 30 s when left out. */
  readonly waitMs?: number;
}

/** Names the locks of this copy of the module, so that one it failed to release is told from one it holds. */
let instance: string | undefined;
const heldNonces = new Set<string>();
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `act` under the lock at `lockPath`, as FORMAT.md describes it; one at a time in this process, and across processes.
 * Rejects with `busy`, naming the holder, when the lock cannot be had in time.
 */
export async function withLock<T>(lockPath: string, options: LockOptions, act: (held: Held) => Promise<T>): Promise<T> {
  const deadline = performance.now() + (options.waitMs ?? 30_000);
  const turn = (queues.get(lockPath) ?? Promise.resolve()).then(() => lockAndRun(lockPath, options, deadline, act));
  const settled = turn.catch(() => undefined);
  queues.set(lockPath, settled);
  try {
    return await turn;
  } finally {
    if (queues.get(lockPath) === settled) queues.delete(lockPath);
  }
}

async function lockAndRun<T>(lockPath: string, options: LockOptions, deadline: number, act: (held: Held) => Promise<T>): Promise<T> {
  const { port, program, logger } = options;
  const ours = (instance ??= freshId());
  const nonce = ours + freshId();
  const isAbandoned = (owner: Owner): boolean => owner.nonce.startsWith(ours) && !heldNonces.has(owner.nonce);
  const folder = new LockFolder(port, lockPath, await thisOwner(program, nonce), isAbandoned);
  heldNonces.add(nonce);
  try {
    const release = await acquire(folder, deadline);
    try {
      return await act({ assert: () => folder.assertHeld() });
    } finally {
      // What was written is written: a lock left behind is taken over by the next, and not the writer's failure.
      await release()
        .catch(() => folder.release())
        .catch((error: unknown) => {
          logger.warn(`cannot remove the lock ${lockPath}: ${messageOf(error)}`);
        });
    }
  } finally {
    heldNonces.delete(nonce);
  }
}

/** Loaded with the first lock: reading commands never need it. */
const loadLibrary = async () => (await import('./lockLibrary.js')).lockLibrary;
let library: ReturnType<typeof loadLibrary> | undefined;

async function acquire(folder: LockFolder, deadline: number): Promise<() => Promise<void>> {
  library ??= loadLibrary();
  const lockfile = await library;
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await lockfile.lock(folder.path, {
          lockfilePath: folder.path,
          fs: folder.fs,
          // The session's files need not exist yet, and the path is ours.
          realpath: false,
          retries: 0,
          stale: 10_000,
          update: 5_000,
          onCompromised: () => {
            folder.lose();
          },
        });
      } catch (error) {
        if (!isSystemError(error, 'ELOCKED')) throw fileError(error, path.dirname(folder.path));
        if (performance.now() >= deadline) throw busy(folder);
        // Waits grow and are never equal, so that waiters do not come back together.
        await delay(2 + Math.random() * Math.min(60, 4 * 2 ** attempt));
      }
    }
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

function busy(folder: LockFolder): SessionError {
  const { holder } = folder;
  const name = path.basename(folder.path, '.lock');
  if (holder === undefined) {
    return new SessionError('busy', `${name} is locked, and the lock does not say by whom`, {
      hint: `if no program uses it, remove ${folder.path}`,
    });
  }
  return new SessionError('busy', `${name} is locked by ${holder.program} (pid ${String(holder.pid)} on ${holder.host})`, {
    hint: 'try again when that process has gone on or ended',
  });
}
