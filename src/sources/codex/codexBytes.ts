import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
// Not by name: older versions of Node lack what is asked for below, and would not load this file.
import * as zlib from 'node:zlib';
import { SessionError } from '../../model/errors.js';
import type { CodexFile } from './codexFiles.js';
import { readAt, readFileEnds, type FileEnds } from '../fileEnds.js';
import type { RowFile } from '../fileRows.js';
import { jsonLinesOf, readJsonLines, type JsonLine } from '../jsonLines.js';

/** Compressed files are read whole: they cannot be looked into. Larger ones are shown by their beginning. */
const maxCompressed = 8 * 1024 * 1024;
/** What may come of that. */
const maxPlain = 512 * 1024 * 1024;

const scratch = Buffer.allocUnsafe(64 * 1024);
const nothing = Buffer.alloc(0);

/** The lines of a rollout. Of a compressed one that was cut, as many as can be told. */
export function openCodexFile(file: CodexFile): AsyncGenerator<JsonLine> {
  if (!file.isCompressed) return readJsonLines(file.path);
  requireZstd(file.path);
  const plain = zlib.createZstdDecompress({ finishFlush: zlib.constants.ZSTD_e_continue });
  // Whoever reads the lines is told of an error; who stops before the end closes the file too.
  pipeline(createReadStream(file.path), plain, () => undefined);
  return jsonLinesOf(plain as AsyncIterable<Buffer>);
}

/** The beginning and the end of a rollout, good until the next call. */
export function readCodexEnds(file: RowFile, headBytes: number, tailBytes: number): FileEnds {
  const { path } = file;
  if (!path.endsWith('.zst')) return readFileEnds(file, headBytes, tailBytes, headBytes + tailBytes > scratch.length ? undefined : scratch);
  requireZstd(path);
  const bytes = Buffer.allocUnsafe(Math.min(file.stat.size, maxCompressed));
  const compressed = bytes.subarray(0, readAt(file.fd, bytes, 0, bytes.length));
  const head = zlib.zstdDecompressSync(compressed, { finishFlush: zlib.constants.ZSTD_e_continue, maxOutputLength: maxPlain });
  return { head, tail: nothing, isWhole: true };
}

/** Zstandard came with Node 22.15; the types know only newer ones. */
function requireZstd(path: string): void {
  if (typeof (zlib.createZstdDecompress as unknown) === 'function') return;
  throw new SessionError('unsupported', `${path} is compressed, which needs Node 22.15 or newer; this is Node ${process.versions.node}`);
}
