import * as fs from 'node:fs';
import { promisify } from 'node:util';

/** What the store asks about a file. Times in milliseconds since the epoch, size in bytes. */
export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly uid: number;
  /** Permission bits; without meaning on Windows. */
  readonly mode: number;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: FileStat['kind'];
}

/**
 * The one door to the disk: every file of the store is reached through these calls, so that a test can stop, fail or
 * count each of them (`probedPort` in test/support wraps it). Calls reject with the system's own error (`code` is
 * `ENOENT`, `ENOSPC`, …); `fileError.ts` turns those into words. Links are never followed in the last part of a path.
 */
export interface FilePort {
  /** Opens for `read`, for `append` (read and append, never creates) or for `create` (write, fails when it is there). */
  open(path: string, how: 'read' | 'append' | 'create'): Promise<number>;
  /** Reads into `bytes` from `position`; resolves with the count, 0 at the end. */
  read(file: number, bytes: Uint8Array, position: number): Promise<number>;
  /** Writes at the end; resolves with the count, which may be short. */
  write(file: number, bytes: Uint8Array): Promise<number>;
  size(file: number): Promise<number>;
  /** Flushes a file, or a folder's names. */
  sync(file: number): Promise<void>;
  close(file: number): Promise<void>;
  readFile(path: string): Promise<Uint8Array>;
  lstat(path: string): Promise<FileStat>;
  readdir(path: string): Promise<readonly FolderEntry[]>;
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** Sets access and modification time to now. */
  touch(path: string): Promise<void>;
  /** Those that a list of thousands of files cannot afford to wait for one by one. */
  readFileSync(path: string): Uint8Array;
  /** A file's state and its text, which is as new as that state or newer. What is no plain file has no text, what is not UTF-8 is U+FFFD there. */
  readTextStatSync(path: string): { readonly stat: FileStat; readonly text: string };
  readNamesSync(path: string): readonly string[];
  lstatSync(path: string): FileStat;
}

const { O_RDONLY, O_RDWR, O_WRONLY, O_APPEND, O_CREAT, O_EXCL } = fs.constants;
// Windows has no such flag; there a link needs a privilege to be made at all.
const noFollow = (fs.constants as Partial<typeof fs.constants>).O_NOFOLLOW ?? 0;
/** Opening a pipe must not wait for its other end. */
const noWait = (fs.constants as Partial<typeof fs.constants>).O_NONBLOCK ?? 0;
const flags = {
  read: O_RDONLY | noFollow | noWait,
  append: O_RDWR | O_APPEND | noFollow,
  create: O_WRONLY | O_CREAT | O_EXCL | noFollow,
};
/** What a system takes into its cache without a pause worth a trip through the pool. */
const smallBytes = 64 * 1024;

const readAt = promisify(fs.read);
const writeNext = promisify(fs.write);
const flush = promisify(fs.fsync);
const removeFolder: (path: string) => Promise<void> = promisify(fs.rmdir);
const readWhole = promisify(fs.readFile);

function kindOf(item: fs.Stats | fs.Dirent): FileStat['kind'] {
  if (item.isFile()) return 'file';
  if (item.isDirectory()) return 'folder';
  return item.isSymbolicLink() ? 'link' : 'other';
}

const lstatSync = (path: string): FileStat => fileStat(fs.lstatSync(path));

function fileStat(stat: fs.Stats): FileStat {
  return {
    kind: kindOf(stat),
    size: stat.size,
    mtimeMs: stat.mtimeMs,
    ctimeMs: stat.ctimeMs,
    ino: stat.ino,
    uid: stat.uid,
    mode: stat.mode & 0o777,
  };
}

/** Reused: the reading is synchronous. */
const scratch = Buffer.allocUnsafe(smallBytes);

/** By one opening: a list of thousands feels each call. */
function readTextStatSync(path: string): { readonly stat: FileStat; readonly text: string } {
  const file = fs.openSync(path, flags.read);
  try {
    const stat = fileStat(fs.fstatSync(file));
    if (stat.kind !== 'file') return { stat, text: '' };
    // A file that grows in between is told by the state of the next look.
    if (stat.size > scratch.length) return { stat, text: fs.readFileSync(file, 'utf8') };
    return { stat, text: scratch.toString('utf8', 0, fs.readSync(file, scratch, 0, scratch.length, null)) };
  } finally {
    fs.closeSync(file);
  }
}

/** The call made at once, its throw a rejection. */
function at<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => Promise<R> {
  return (...args) =>
    new Promise((resolve) => {
      resolve(call(...args));
    });
}

/**
 * The real disk. Calls on names and on a few bytes are made at once: each takes microseconds, the trip through Node's
 * thread pool ten times that, and a lock is a handful of them. More bytes, and flushes, go through the pool.
 */
export const nodeFilePort: FilePort = {
  open: at((path, how) => fs.openSync(path, flags[how], 0o600)),
  read: async (file, bytes, position) =>
    bytes.length <= smallBytes
      ? fs.readSync(file, bytes, 0, bytes.length, position)
      : (await readAt(file, bytes, 0, bytes.length, position)).bytesRead,
  write: async (file, bytes) => (bytes.length <= smallBytes ? fs.writeSync(file, bytes) : (await writeNext(file, bytes)).bytesWritten),
  size: at((file) => fs.fstatSync(file).size),
  sync: flush,
  close: at(fs.closeSync),
  readFile: (path) => readWhole(path, { flag: flags.read as unknown as string }),
  lstat: at(lstatSync),
  readdir: at((path) => fs.readdirSync(path, { withFileTypes: true }).map((item) => ({ name: item.name, kind: kindOf(item) }))),
  mkdir: at((path) => {
    fs.mkdirSync(path, 0o700);
  }),
  // The one slow call on names: the folder's block is freed. A lock's release does not wait for it.
  rmdir: removeFolder,
  rename: at(fs.renameSync),
  unlink: at(fs.unlinkSync),
  chmod: at(fs.chmodSync),
  touch: at((path) => {
    const now = new Date();
    fs.lutimesSync(path, now, now);
  }),
  readFileSync: (path) => fs.readFileSync(path, { flag: flags.read as unknown as string }),
  readTextStatSync,
  readNamesSync: (path) => fs.readdirSync(path),
  lstatSync,
};
