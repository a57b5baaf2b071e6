import type { FilePort } from './filePort.js';

/** One line of a file. `start` and `end` are byte offsets, `end` after the newline where there is one (`ended`). */
export interface FileLine {
  /** Without the newline, until the next line is asked for; `undefined` when the line is longer than any entry may be. */
  readonly bytes: Uint8Array | undefined;
  readonly start: number;
  readonly end: number;
  readonly ended: boolean;
}

/** Most files are read with the first, which is small enough to be read without a trip through Node's thread pool. */
const chunkSizes = { first: 64 * 1024, further: 256 * 1024 };
/** Longer than this, a line is passed over without being held in memory. */
const lineLimit = 256 * 1024 * 1024;

/** The lines of a file from a byte on, without holding more than one of them. */
export async function* readLines(port: FilePort, file: string, from = 0, limit = lineLimit): AsyncGenerator<FileLine, void, void> {
  const handle = await port.open(file, 'read');
  try {
    let chunk = Buffer.allocUnsafe(chunkSizes.first);
    let parts: Uint8Array[] = [];
    let length = 0;
    let start = from;
    const add = (piece: Uint8Array): void => {
      length += piece.length;
      if (length > limit) parts = [];
      else if (piece.length > 0) parts.push(piece);
    };
    const line = (end: number, ended: boolean): FileLine => {
      const [only] = parts;
      const bytes = length > limit ? undefined : parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
      const result = { bytes, start, end, ended };
      [parts, length, start] = [[], 0, end];
      return result;
    };
    for (let position = from; ;) {
      const count = await port.read(handle, chunk, position);
      if (count === 0) break;
      const read = chunk.subarray(0, count);
      let done = 0;
      for (let newline = read.indexOf(0x0a); newline !== -1; newline = read.indexOf(0x0a, done)) {
        add(read.subarray(done, newline));
        done = newline + 1;
        yield line(position + done, true);
      }
      // A copy: what the next reading brings stands in the same place.
      add(Uint8Array.prototype.slice.call(read, done));
      position += count;
      if (count === chunkSizes.first) chunk = Buffer.allocUnsafe(chunkSizes.further);
    }
    if (length > 0) yield line(start + length, false);
  } finally {
    await port.close(handle);
  }
}
