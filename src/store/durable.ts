import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { freshId } from './freshId.js';

const temporaryPattern = /^\..+\.\d+\.[0-9a-f]{32}\.tmp$/;

/** A name for what is being written beside `target`: a dot-file, so that no reader takes it for something. */
export function temporaryPath(target: string): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.${String(process.pid)}.${freshId()}.tmp`);
}

/** Whether a name was made by `temporaryPath`. What is left of a crash is swept by doctor, when it is an hour old. */
export function isTemporary(name: string): boolean {
  return temporaryPattern.test(name);
}

/** Writes all bytes, however many calls the system needs. */
export async function writeAll(port: FilePort, file: number, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const written = await port.write(file, rest);
    rest = rest.subarray(written);
  }
}

/**
 * Appends to a file that is there (else `ENOENT`), flushed, and cuts nothing: behind a torn last line it begins with a newline, so that
 * the torn one costs itself alone. One at a time. Resolves with the file's size after it.
 */
export async function appendDurably(port: FilePort, target: string, lines: Uint8Array): Promise<number> {
  const file = await port.open(target, 'append');
  try {
    const size = await port.size(file);
    const last = new Uint8Array(1);
    const torn = size > 0 && (await port.read(file, last, size - 1)) === 1 && last[0] !== 0x0a;
    const bytes = torn ? Buffer.concat([Buffer.from('\n'), lines]) : lines;
    await writeAll(port, file, bytes);
    await port.sync(file);
    return size + bytes.length;
  } finally {
    await port.close(file);
  }
}

/** Makes the names in a folder survive a power cut. Windows cannot, and does it by itself. */
export async function syncFolder(port: FilePort, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const file = await port.open(folder, 'read');
  try {
    await port.sync(file);
  } finally {
    await port.close(file);
  }
}

/** Makes a folder and those above it (0700) where they are missing. A folder made is flushed into its parent, unless it need not survive a power cut. */
export async function ensureFolder(port: FilePort, folder: string, { flush = true }: Pick<DurableOptions, 'flush'> = {}): Promise<void> {
  try {
    await port.mkdir(folder);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return;
    const parent = path.dirname(folder);
    if (!isSystemError(error, 'ENOENT') || parent === folder) throw error;
    await ensureFolder(port, parent, { flush });
    await ensureFolder(port, folder, { flush });
    return;
  }
  if (flush) await syncFolder(port, path.dirname(folder));
}

export interface DurableOptions {
  /** Called between the flush and the rename: throws where the right to write was lost meanwhile. */
  readonly beforeRename?: () => Promise<void>;
  /** `false` for what need not survive a power cut, only a crash of the program: no flush. */
  readonly flush?: boolean;
}

/** Replaces or makes a file (0600) as a whole: write beside, flush, rename, flush the folder. A reader sees old or new. */
export async function writeDurably(port: FilePort, target: string, bytes: Uint8Array, options: DurableOptions = {}): Promise<void> {
  const { beforeRename, flush = true } = options;
  const temporary = temporaryPath(target);
  try {
    const file = await port.open(temporary, 'create');
    try {
      await writeAll(port, file, bytes);
      if (flush) await port.sync(file);
    } finally {
      await port.close(file);
    }
    await beforeRename?.();
    await renameOver(port, temporary, target);
  } catch (error) {
    await removeFile(port, temporary, error);
    throw error;
  }
  if (flush) await syncFolder(port, path.dirname(target));
}

/** Windows refuses to replace a file that another program has open, a virus scanner for one: it is asked again for a second. */
async function renameOver(port: FilePort, from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await port.rename(from, to);
      return;
    } catch (error) {
      if (process.platform !== 'win32' || attempt > 20 || !isSystemError(error, 'EPERM', 'EACCES', 'EBUSY')) throw error;
      await delay(50);
    }
  }
}

/** Clears up after `cause`, which is what the caller reports: a second failure here says nothing new. */
async function removeFile(port: FilePort, target: string, cause: unknown): Promise<void> {
  try {
    await port.unlink(target);
  } catch (error) {
    if (cause instanceof Error && cause.cause === undefined && !isSystemError(error, 'ENOENT')) cause.cause = error;
  }
}
