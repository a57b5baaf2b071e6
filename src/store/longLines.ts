import type { FilePort } from './filePort.js';
import { readLines } from './transcriptLines.js';

/** From here on a line is worth a word: every reader holds it whole. */
const longLine = 16 * 1024 * 1024;

/** The very long lines of a file, with their first byte and their length. */
export async function longLines(port: FilePort, file: string): Promise<readonly { readonly start: number; readonly length: number }[]> {
  if ((await port.lstat(file)).size < longLine) return [];
  const found: { start: number; length: number }[] = [];
  for await (const { start, end } of readLines(port, file)) if (end - start > longLine) found.push({ start, length: end - start });
  return found;
}
