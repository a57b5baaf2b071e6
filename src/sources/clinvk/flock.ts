import { spawn, type ChildProcess } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { open, stat, unlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { SessionError } from '../../model/errors.js';

const waitSeconds = 30;

/**
 * BSD `flock(2)`, which Node cannot take by itself. On Linux a child `flock(1)` holds it for us and lets go when we close its
 * input or die; on macOS `open` with O_EXLOCK is the same lock.
 */
export interface Flock {
  /** Runs `act` while holding an exclusive lock on `file`, which is made (0600) where it is missing. `busy` after 30 s. */
  with<T>(file: string, act: () => Promise<T>): Promise<T>;
}

/** The flock of this machine, or why there is none. Never looks in the current folder for the program. */
export function findFlock(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Flock | { readonly missing: string } {
  if (platform === 'darwin') return { with: withOpenLock };
  if (platform === 'win32') return { missing: 'its lock cannot be taken on Windows' };
  const program = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, 'flock'))
    .find((path) => existsSync(path));
  if (program === undefined) return { missing: 'its lock needs the program flock (package util-linux), which is not on the PATH' };
  return { with: (file, act) => withChildLock(program, file, act) };
}

async function withChildLock<T>(program: string, file: string, act: () => Promise<T>): Promise<T> {
  for (;;) {
    const made = await isMissing(file);
    const held = await startHolder(program, file);
    try {
      // Another program unlinks the lock file after letting go: a lock on a file that is no longer there holds nobody off.
      if (held.inode !== (await inodeOf(file))) continue;
      const result = await act();
      // Left as it was found, while we still hold it.
      if (made) await unlink(file).catch(ignoreMissing);
      return result;
    } finally {
      await held.release();
    }
  }
}

// The lock sits on descriptor 9; `cat` ends, and with it the lock, when our end of its input closes.
const script = 'umask 077; exec 9>>"$2" || exit 3; "$1" -x -w "$3" 9 || exit 4; stat -L -c %d:%i /dev/fd/9 || exit 3; exec cat >/dev/null';

async function startHolder(program: string, file: string): Promise<{ readonly inode: string; release(): Promise<void> }> {
  const child = spawn('/bin/sh', ['-c', script, 'sh', program, file, String(waitSeconds)], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    child.once('error', () => resolve(null));
  });
  const inode = await Promise.race([firstLine(child), ended]);
  if (typeof inode !== 'string') {
    if (inode === 4) throw new SessionError('busy', `${file} is locked by another program`, { hint: 'try again when it is done' });
    throw new SessionError('read_only', `${file} could not be locked`);
  }
  return {
    inode,
    release: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
}

// Not in Node's constants: <fcntl.h> of macOS.
const openExclusiveLock = 0x20;

async function withOpenLock<T>(file: string, act: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    const made = await isMissing(file);
    const handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | openExclusiveLock, 0o600).catch(
      (error: unknown) => {
        if (codeOf(error) === 'EAGAIN' || codeOf(error) === 'EWOULDBLOCK') return undefined;
        throw error;
      },
    );
    if (!handle) {
      if (Date.now() > deadline)
        throw new SessionError('busy', `${file} is locked by another program`, { hint: 'try again when it is done' });
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
      continue;
    }
    try {
      const { dev, ino } = await handle.stat({ bigint: true });
      if (`${String(dev)}:${String(ino)}` !== (await inodeOf(file))) continue;
      const result = await act();
      if (made) await unlink(file).catch(ignoreMissing);
      return result;
    } finally {
      await handle.close();
    }
  }
}

async function inodeOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(ignoreMissing);
  return found && `${String(found.dev)}:${String(found.ino)}`;
}

const isMissing = async (file: string): Promise<boolean> => (await inodeOf(file)) === undefined;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}
