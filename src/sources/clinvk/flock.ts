import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { SessionError } from '../../model/errors.js';

const waitSeconds = 30;

/** BSD `flock(2)`, which Node cannot take by itself. The system lets go of it when our process ends, however it ends. */
export interface Flock {
  /**
   * Runs `act` while holding an exclusive lock on `file`, which is made (0600) where it is missing, and stays: who waits for it has
   * it open already, and without the file the next comer would lock another one beside them. `busy` after 30 s.
   */
  with<T>(file: string, act: () => Promise<T>): Promise<T>;
}

/** How a system takes it: by flags of `open`, or on the open file. */
interface Taking {
  readonly flags: number;
  readonly lock: (handle: FileHandle, file: string) => Promise<void>;
}

/** The flock of this machine, or why there is none. Never looks in the current folder for the program. */
export function findFlock(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Flock | { readonly missing: string } {
  if (platform === 'darwin') return { with: (file, act) => withLock(file, macOs, act) };
  if (platform === 'win32') return { missing: 'its lock cannot be taken on Windows' };
  const program = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, 'flock'))
    .find((path) => existsSync(path));
  if (program === undefined) return { missing: 'its lock needs the program flock (package util-linux), which is not on the PATH' };
  return { with: (file, act) => withLock(file, { flags: 0, lock: (handle, path) => lockBy(program, handle, path) }, act) };
}

async function withLock<T>(file: string, taking: Taking, act: () => Promise<T>): Promise<T> {
  for (;;) {
    const handle = await opened(file, taking.flags);
    try {
      await taking.lock(handle, file);
      // Another program unlinks the lock file after letting go: a lock on a file that is no longer there holds nobody off.
      if (inodeOf(await handle.stat({ bigint: true })) !== inodeOf(await stat(file, { bigint: true }).catch(ifMissing))) continue;
      return await act();
    } finally {
      await handle.close();
    }
  }
}

async function opened(file: string, flags: number): Promise<FileHandle> {
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    try {
      return await open(file, constants.O_RDWR | constants.O_CREAT | flags, 0o600);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'EAGAIN' && code !== 'EWOULDBLOCK') throw error;
      if (Date.now() > deadline) throw lockedByAnother(file);
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
    }
  }
}

/** `open` of macOS takes the lock itself with O_EXLOCK of <fcntl.h>, which is not in Node's constants. */
const macOs: Taking = { flags: constants.O_NONBLOCK | 0x20, lock: () => Promise.resolve() };

/** flock(1) locks the open file that it gets from us: the lock is on what both have open, and stays when the child has ended. */
async function lockBy(program: string, handle: FileHandle, file: string): Promise<void> {
  const child = spawn(program, ['-x', '-w', String(waitSeconds), '3'], { stdio: ['ignore', 'ignore', 'ignore', handle.fd] });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    child.once('error', () => resolve(null));
  });
  if (code === 1) throw lockedByAnother(file);
  if (code !== 0) throw new SessionError('read_only', `${file} could not be locked`);
}

const lockedByAnother = (file: string): SessionError =>
  new SessionError('busy', `${file} is locked by another program`, { hint: 'try again when it is done' });

const inodeOf = (found: { readonly dev: bigint; readonly ino: bigint } | undefined): string | undefined =>
  found && `${String(found.dev)}:${String(found.ino)}`;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function ifMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}
