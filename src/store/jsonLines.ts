import { appendDurably, writeDurably } from './durable.js';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { readLines } from './transcriptLines.js';

/** Appends one value as a line, flushed; makes the file, not its folder, where it is missing. Under the caller's lock. Resolves with the size. */
export async function appendJsonLine(port: FilePort, file: string, value: unknown): Promise<number> {
  const line = Buffer.from(`${JSON.stringify(value)}\n`);
  try {
    return await appendDurably(port, file, line);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    await writeDurably(port, file, line);
    return line.length;
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
