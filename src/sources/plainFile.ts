import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';

/** A file that is open for reading. */
export interface PlainFile {
  readonly fd: number;
  readonly stat: Stats;
}

/**
 * Opens a file that must be closed with `closeSync`; fails where there is a link, a folder, a pipe or a socket. One opening for the
 * state and for what is read: half of a list's time is the system's, for each call of it.
 */
export function openPlainFile(path: string): PlainFile {
  if (withoutLinks === undefined && !lstatSync(path).isFile()) throw notPlain();
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (withoutLinks ?? 0));
  } catch (error) {
    throw error instanceof Error && 'code' in error && notPlainCodes.has(String(error.code)) ? notPlain() : error;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw notPlain();
    return { fd, stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

const notPlain = (): Error => new Error('it is not a plain file');

/** Fails on a link, and does not wait for a pipe's other end. Windows has neither, as Node has it. */
const withoutLinks: number | undefined =
  (constants as Partial<typeof constants>).O_NOFOLLOW === undefined ? undefined : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What the opening of a link or a socket fails with. */
const notPlainCodes: ReadonlySet<string> = new Set(['ELOOP', 'EMLINK', 'EFTYPE', 'ENXIO', 'EOPNOTSUPP']);
