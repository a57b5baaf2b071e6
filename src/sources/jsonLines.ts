import { createReadStream } from 'node:fs';
import { messageOf } from '../model/errors.js';

/** A line longer than this is not taken into memory. */
const maxLineBytes = 64 * 1024 * 1024;

export interface JsonLine {
  /** Counts from 1. */
  readonly line: number;
  /** Where the line begins, in bytes. */
  readonly offset: number;
  /** The line's value; absent where `problem` says why. */
  readonly value?: unknown;
  readonly problem?: string;
}

/**
 * The values of a file of JSON lines, one after the other and never all in memory. A line that does not parse is given with
 * its problem; a last one without its newline is being written, and left out when it does not parse. Blank lines are passed over.
 */
export function readJsonLines(path: string): AsyncGenerator<JsonLine> {
  return jsonLinesOf(createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>);
}

/** The same of bytes that come from elsewhere. */
export async function* jsonLinesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<JsonLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 0;
  let offset = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      length += end - from;
      if (length <= maxLineBytes) parts.push(chunk.subarray(from, end));
      line++;
      const given = parse(parts, length, line, offset);
      if (given !== undefined) yield given;
      offset += length + 1;
      [parts, length, from] = [[], 0, end + 1];
    }
    length += chunk.length - from;
    if (length <= maxLineBytes) parts.push(chunk.subarray(from));
    else parts = [];
  }
  const last = parse(parts, length, line + 1, offset);
  if (last !== undefined && last.problem === undefined) yield last;
}

function parse(parts: readonly Buffer[], length: number, line: number, offset: number): JsonLine | undefined {
  if (length > maxLineBytes)
    return { line, offset, problem: `line ${String(line)} has ${String(length)} bytes, which is too long to read` };
  const text = Buffer.concat(parts).toString('utf8').trim();
  if (text === '') return undefined;
  try {
    return { line, offset, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { line, offset, problem: `line ${String(line)} is not JSON: ${messageOf(error)}` };
  }
}
