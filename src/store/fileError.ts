import { SessionError, messageOf, type ErrorCode } from '../model/errors.js';
import type { FilePort } from './filePort.js';

const codes: Readonly<Record<string, readonly [ErrorCode, string, string?]>> = {
  ENOSPC: ['disk_full', 'the disk is full', 'free some space and try again: nothing that was saved is lost'],
  EDQUOT: ['disk_full', 'the disk quota is used up', 'free some space and try again: nothing that was saved is lost'],
  EFBIG: ['disk_full', 'the file may not grow any further', 'raise the file size limit (ulimit -f): nothing that was saved is lost'],
  EROFS: ['read_only', 'the file system is read-only', 'sessions can be read but not changed here'],
  EACCES: ['read_only', 'permission denied', 'check who owns the folder'],
  EPERM: ['read_only', 'operation not permitted', 'check who owns the folder'],
  ENOENT: ['gone', 'it is not there', 'it was deleted or moved, perhaps by another program'],
  ENOTDIR: ['gone', 'its folder is not there', 'it was deleted or moved, perhaps by another program'],
  ESTALE: ['gone', 'its network folder went away', 'mount the folder again'],
  ELOOP: ['damaged', 'it is a symbolic link, which the store does not follow', 'replace the link by a file'],
  EISDIR: ['damaged', 'there is a folder where a file should be', 'run skein doctor'],
  EIO: ['failed', 'the disk reported an error', 'check the disk: nothing was acknowledged that is not saved'],
};

/** The system's code of an error (`ENOENT`, …), also of one that was already put into words. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code)) return error.code;
  return error instanceof SessionError ? systemCode(error.cause) : undefined;
}

/** Whether an error is one of these system errors. */
export function isSystemError(error: unknown, ...wanted: readonly string[]): boolean {
  const code = systemCode(error);
  return code !== undefined && wanted.includes(code);
}

/** A system error as an error for the person: code, words with the path, and what to do. Others come back as they are. */
export function fileError(error: unknown, path: string): unknown {
  const code = error instanceof SessionError ? undefined : systemCode(error);
  if (code === undefined) return error;
  const [kind, words, hint] = codes[code] ?? ['failed', messageOf(error)];
  return new SessionError(kind, `${path}: ${words}`, { hint, cause: error });
}

/** Runs what touches files under `path`; a system error comes out as a `SessionError`. */
export async function withFileErrors<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Whether there is anything at a path, a link that leads nowhere too. Any failure but "not there" rejects. */
export async function isThere(port: FilePort, path: string): Promise<boolean> {
  try {
    await port.lstat(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
