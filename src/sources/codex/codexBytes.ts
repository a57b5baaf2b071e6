import { createReadStream, readFileSync } from 'node:fs';
// Not by name: older versions of Node lack what is asked for below, and would not load this file.
import * as zlib from 'node:zlib';
import { SessionError } from '../../model/errors.js';
import type { CodexFile } from './codexFiles.js';
import { readFileEnds, type FileEnds } from '../fileEnds.js';
import type { RowFile } from '../fileRows.js';
import { jsonLinesOf, readJsonLines, type JsonLine } from '../jsonLines.js';

/** Compressed files are read whole: they cannot be looked into. Larger ones are shown by their beginning. */
const maxCompressed = 8 * 1024 * 1024;

const scratch = Buffer.allocUnsafe(64 * 1024);
const nothing = Buffer.alloc(0);

/** The lines of a rollout. Of a compressed one that was cut, as many as can be told. */
export function openCodexFile(file: CodexFile): AsyncGenerator<JsonLine> {
  if (!file.isCompressed) return readJsonLines(file.path);
  requireZstd(file.path);
  const bytes = createReadStream(file.path);
  const plain = zlib.createZstdDecompress({ finishFlush: zlib.constants.ZSTD_e_continue });
  bytes.on('error', (error) => plain.destroy(error));
  return jsonLinesOf(bytes.pipe(plain) as AsyncIterable<Buffer>);
}

/** The beginning and the end of a rollout, good until the next call. */
export function readCodexEnds(file: RowFile, headBytes: number, tailBytes: number): FileEnds {
  const { path } = file;
  if (!path.endsWith('.zst')) return readFileEnds(file, headBytes, tailBytes, headBytes + tailBytes > scratch.length ? undefined : scratch);
  requireZstd(path);
  const compressed = readFileSync(path).subarray(0, maxCompressed);
  const head = zlib.zstdDecompressSync(compressed, { finishFlush: zlib.constants.ZSTD_e_continue });
  return { head, tail: nothing, isWhole: true };
}

/** Zstandard came with Node 22.15; the types know only newer ones. */
function requireZstd(path: string): void {
  if (typeof (zlib.createZstdDecompress as unknown) === 'function') return;
  throw new SessionError('unsupported', `${path} is compressed, which needs Node 22.15 or newer; this is Node ${process.versions.node}`);
}
