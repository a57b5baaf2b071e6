import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The beginning and the end of a file, in whole lines. */
export interface FileEnds {
  readonly head: Buffer;
  /** Empty where `head` is the whole file. */
  readonly tail: Buffer;
  readonly isWhole: boolean;
  readonly size: number;
}

/**
 * Reads the first and the last bytes of a file: what tells a session apart is there, and a list of thousands must not read
 * the rest. A line that either end cuts is left out, unless it is the first and longer than `headBytes`, of which the begin
 * is given. A last line without its newline is given: it may be torn. With `into`, of at least both sizes together, nothing is
 * allocated, and what is given holds until the next call with it.
 */
export function readFileEnds(path: string, headBytes: number, tailBytes: number, into?: Buffer): FileEnds {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size <= headBytes + tailBytes) {
      return { head: readAt(file, 0, size, into), tail: Buffer.alloc(0), isWhole: true, size };
    }
    const head = readAt(file, 0, headBytes, into);
    const tail = readAt(file, size - tailBytes, tailBytes, into?.subarray(headBytes));
    const end = head.lastIndexOf(0x0a);
    return { head: end === -1 ? head : head.subarray(0, end + 1), tail: tail.subarray(tail.indexOf(0x0a) + 1), isWhole: false, size };
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, position: number, length: number, into?: Buffer): Buffer {
  const bytes = into ?? Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, bytes, read, length - read, position + read);
    // Cut shorter by its program meanwhile.
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
