import { writeAll, writeDurably } from './durable.js';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { readLines } from './transcriptLines.js';

/** Appends one value as a line, flushed; makes the file, not its folder, where it is missing. Under the caller's lock. Resolves with the size. */
export async function appendJsonLine(port: FilePort, file: string, value: unknown): Promise<number> {
  const line = Buffer.from(`${JSON.stringify(value)}\n`);
  let handle: number;
  try {
    handle = await port.open(file, 'append');
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    await writeDurably(port, file, line);
    return line.length;
  }
  try {
    const size = await port.size(handle);
    const last = new Uint8Array(1);
    // After a torn line the next begins with a newline, so that the torn one costs itself alone.
    const torn = size > 0 && (await port.read(handle, last, size - 1)) === 1 && last[0] !== 0x0a;
    await writeAll(port, handle, torn ? Buffer.concat([Buffer.from('\n'), line]) : line);
    await port.sync(handle);
    return size + line.length;
  } finally {
    await port.close(handle);
  }
}

/** The values of a file's lines; lines that are not JSON are passed over, a missing file has none. */
export async function readJsonLines(port: FilePort, file: string): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  try {
    for await (const { bytes } of readLines(port, file)) {
      if (bytes === undefined) continue;
      try {
        values.push(JSON.parse(Buffer.from(bytes).toString('utf8')));
      } catch {
        // A torn line, or the empty one after it.
      }
    }
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  return values;
}
