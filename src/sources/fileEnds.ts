import { readSync } from 'node:fs';
import type { RowFile } from './fileRows.js';

/** The beginning and the end of a file, in whole lines. */
export interface FileEnds {
  readonly head: Buffer;
  /** Empty where `head` is the whole file. */
  readonly tail: Buffer;
  readonly isWhole: boolean;
}

const nothing = Buffer.alloc(0);

/**
 * Reads the first and the last bytes of a file: what tells a session apart is there, and a list of thousands must not read
 * the rest. A line that either end cuts is left out, unless it is the first and longer than `headBytes`, of which the begin
 * is given. A last line without its newline is given: it may be torn. With `into`, of at least both sizes together, nothing is
 * allocated, and what is given holds until the next call with it.
 */
export function readFileEnds({ fd, stat: { size } }: RowFile, headBytes: number, tailBytes: number, into?: Buffer): FileEnds {
  const bytes = into ?? Buffer.allocUnsafe(Math.min(size, headBytes + tailBytes));
  if (size <= headBytes + tailBytes) return { head: bytes.subarray(0, readAt(fd, bytes, 0, size)), tail: nothing, isWhole: true };
  const head = bytes.subarray(0, readAt(fd, bytes, 0, headBytes));
  const rest = bytes.subarray(headBytes);
  const tail = rest.subarray(0, readAt(fd, rest, size - tailBytes, tailBytes));
  const end = head.lastIndexOf(0x0a);
  return { head: end === -1 ? head : head.subarray(0, end + 1), tail: tail.subarray(tail.indexOf(0x0a) + 1), isWhole: false };
}

/** Reads `length` bytes at a position into the beginning of `bytes`; gives how many there were: its program may have cut it shorter. */
export function readAt(fd: number, bytes: Buffer, position: number, length: number): number {
  let read = 0;
  while (read < length) {
    const count = readSync(fd, bytes, read, length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return read;
}
