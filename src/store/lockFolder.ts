import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { temporaryPath, writeAll } from './durable.js';
import { isSystemError, systemCode } from './fileError.js';
import type { FilePort } from './filePort.js';
import { ownerSchema, ownerState, type Owner } from './owner.js';

/** A lock of another host or container, or one that names no owner, is taken for dead when it was not touched for this long. */
const foreignStaleMs = 60_000;

const markerPattern = /^owner-[0-9a-f]+\.json$/;

type Callback = (error: Error | null, result?: unknown) => void;

/** The five calls proper-lockfile makes, on names of its own choosing: they are always our one path. */
interface LockfileFs {
  mkdir(path: string, done: Callback): void;
  stat(path: string, done: Callback): void;
  rmdir(path: string, done: Callback): void;
  utimes(path: string, atime: Date, mtime: Date, done: Callback): void;
}

/**
 * One attempt at one lock: a folder that holds exactly one file, `owner-<nonce>.json`. The nonce in the name makes every
 * removal a compare-and-swap: who unlinks `owner-<nonce>.json` removes that holder's mark or nothing, never a successor's.
 * An empty folder is free. Proper-lockfile drives this through its `fs` option.
 */
export class LockFolder {
  readonly path: string;
  readonly fs: LockfileFs;
  readonly #port: FilePort;
  readonly #owner: Owner;
  readonly #marker: string;
  readonly #isAbandoned: (owner: Owner) => boolean;
  #prepared: string | undefined;
  #state: 'waiting' | 'probing' | 'held' | 'lost' = 'waiting';
  #mtime = new Date(0);
  /** The mark of a holder found dead: the only one that `rmdir` may take while waiting. */
  #dead: string | undefined;
  #holder: Owner | undefined;

  constructor(port: FilePort, lockPath: string, owner: Owner, isAbandoned: (owner: Owner) => boolean) {
    this.path = path.resolve(lockPath);
    this.#port = port;
    this.#owner = owner;
    this.#marker = `owner-${owner.nonce}.json`;
    this.#isAbandoned = isAbandoned;
    this.fs = {
      mkdir: (_path, done) => {
        answer(this.#take(), done);
      },
      stat: (_path, done) => {
        answer(this.#look(), done);
      },
      rmdir: (_path, done) => {
        answer(this.#remove(), done);
      },
      utimes: (_path, _atime, mtime, done) => {
        answer(this.#touch(mtime), done);
      },
    };
  }

  /** Who was last seen to hold the lock. */
  get holder(): Owner | undefined {
    return this.#holder;
  }

  lose(): void {
    this.#state = 'lost';
  }

  async assertHeld(): Promise<void> {
    try {
      if (this.#state === 'lost') throw taken(this.path);
      await this.#port.lstat(path.join(this.path, this.#marker));
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
      // Where the whole folder is gone, that is what to say.
      await this.#port.lstat(path.dirname(this.path));
      throw taken(this.path, error);
    }
  }

  /** Gives the lock back where proper-lockfile will not: it does not for one that it called compromised. */
  release(): Promise<void> {
    return this.#remove();
  }

  /** Clears up an attempt that was given up. */
  async discard(): Promise<void> {
    if (this.#prepared === undefined) return;
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await unless(this.#port.unlink(path.join(prepared, this.#marker)), 'ANY');
    await unless(this.#port.rmdir(prepared), 'ANY');
  }

  /** mkdir: a folder that is ready, mark and all, is renamed into place. That fails when a folder with a mark is there. */
  async #take(): Promise<void> {
    if (this.#prepared === undefined) await this.#prepare();
    const prepared = this.#prepared;
    if (prepared === undefined) throw new Error('no lock folder was prepared');
    try {
      await this.#port.rename(prepared, this.path);
    } catch (error) {
      // Windows says EPERM or EACCES where a folder is in the way, even an empty one: `#look` and `#remove` then clear that.
      const inTheWay =
        isSystemError(error, 'EEXIST', 'ENOTEMPTY', 'ENOTDIR') || (isSystemError(error, 'EPERM', 'EACCES') && (await this.#isThere()));
      throw inTheWay ? Object.assign(new Error('the lock is held', { cause: error }), { code: 'EEXIST' }) : error;
    }
    this.#prepared = undefined;
    this.#state = 'probing';
  }

  async #prepare(): Promise<void> {
    const folder = temporaryPath(this.path);
    await this.#port.mkdir(folder);
    this.#prepared = folder;
    const file = await this.#port.open(path.join(folder, this.#marker), 'create');
    try {
      await writeAll(this.#port, file, Buffer.from(`${JSON.stringify(this.#owner)}\n`));
    } finally {
      await this.#port.close(file);
    }
  }

  async #isThere(): Promise<boolean> {
    return (await unless(this.#port.lstat(this.path), 'ENOENT')) !== undefined;
  }

  /** stat: while waiting, a time long gone for a lock that may be taken over and the present one for any other. */
  async #look(): Promise<{ readonly mtime: Date }> {
    switch (this.#state) {
      case 'probing':
        this.#state = 'held';
        return { mtime: this.#mtime };
      case 'held':
        // Rejects with ENOENT when our mark is gone: proper-lockfile then calls the lock compromised.
        await this.#port.lstat(path.join(this.path, this.#marker));
        return { mtime: this.#mtime };
      case 'waiting':
      case 'lost':
        return { mtime: (await this.#isFree()) ? new Date(0) : new Date() };
    }
  }

  async #isFree(): Promise<boolean> {
    this.#dead = undefined;
    this.#holder = undefined;
    // Something that is no lock lies in the way, a link for one, which is not followed: for a person to look at.
    if ((await this.#port.lstat(this.path)).kind !== 'folder') return false;
    const names = await this.#port.readdir(this.path);
    const mark = names.find((item) => markerPattern.test(item.name))?.name;
    if (mark === undefined) return names.length === 0;
    const file = path.join(this.path, mark);
    const bytes = await unless(this.#port.readFile(file), 'ENOENT');
    // Released while we looked.
    if (bytes === undefined) return true;
    const owner = parseOwner(bytes);
    this.#holder = owner;
    const gone = (owner !== undefined && this.#isAbandoned(owner)) || (await isGone(this.#port, file, owner));
    if (gone) this.#dead = mark;
    return gone;
  }

  /** rmdir: our own mark when we hold the lock, else exactly the one found dead; then the folder, if it is empty. */
  async #remove(): Promise<void> {
    const releases = this.#state !== 'waiting';
    const mark = releases ? this.#marker : this.#dead;
    if (mark !== undefined) await unless(this.#port.unlink(path.join(this.path, mark)), 'ENOENT', 'ENOTDIR');
    this.#dead = undefined;
    this.#state = 'waiting';
    const tidied = this.#tidy();
    // An empty folder is a free lock already: whoever releases need not wait, and what cannot be removed does no harm.
    if (releases) tidied.catch(() => undefined);
    else await tidied;
  }

  async #tidy(): Promise<void> {
    const others = process.platform === 'win32' ? ['EPERM', 'EBUSY'] : [];
    await unless(this.#port.rmdir(this.path), 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', ...others);
  }

  async #touch(mtime: Date): Promise<void> {
    this.#mtime = mtime;
    // Proper-lockfile first tries out how fine the times are; ours are remembered, not read.
    if (this.#state === 'held') await this.#port.touch(path.join(this.path, this.#marker));
  }
}

/** Whether the owner of a mark is dead, or, where nobody can look, has not touched it for long. */
async function isGone(port: FilePort, mark: string, owner: Owner | undefined): Promise<boolean> {
  const state = owner === undefined ? 'elsewhere' : await ownerState(owner);
  if (state !== 'elsewhere') return state === 'dead';
  const stat = await unless(port.lstat(mark), 'ENOENT');
  return stat !== undefined && stat.mtimeMs < Date.now() - foreignStaleMs;
}

/** Whether a lock was left by a process that is dead. */
export async function isDeadLock(port: FilePort, lockPath: string): Promise<boolean> {
  if ((await unless(port.lstat(lockPath), 'ENOENT'))?.kind !== 'folder') return false;
  const names = (await unless(port.readdir(lockPath), 'ENOENT')) ?? [];
  const mark = names.find((item) => markerPattern.test(item.name))?.name;
  if (mark === undefined) return false;
  const file = path.join(lockPath, mark);
  const bytes = await unless(port.readFile(file), 'ENOENT');
  return bytes !== undefined && isGone(port, file, parseOwner(bytes));
}

function parseOwner(bytes: Uint8Array): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch {
    // Not JSON: a power cut emptied it. It names nobody.
    return undefined;
  }
}

function taken(lockPath: string, cause?: unknown): SessionError {
  return new SessionError('busy', `the lock ${lockPath} was taken away while this process held it`, {
    hint: 'nothing was written; try again',
    cause,
  });
}

/** The result, or `undefined` for these system errors (`ANY`: for all of them). */
async function unless<T>(work: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = systemCode(error);
    if (code !== undefined && (codes.includes('ANY') || codes.includes(code))) return undefined;
    throw error;
  }
}

function answer(work: Promise<unknown>, done: Callback): void {
  work.then(
    (result) => {
      done(null, result);
    },
    (error: unknown) => {
      done(error instanceof Error ? error : new Error(String(error)));
    },
  );
}
