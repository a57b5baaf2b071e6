import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import { jsonElements, jsonMembers, partValue } from '../jsonPart.js';
import { arrayOf, objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';
import { chunkMessages } from './openclackyChunk.js';
import { openclackyEntries } from './openclackyEntries.js';
import { logOf, type OpenclackyPlace } from './openclackyFolder.js';
import { replayLog } from './openclackyLog.js';

/** How long a save is waited for: a session of some megabytes is written in a part of this. */
const retries = 40;
const retryMs = 25;
/** Without a change for this many looks, or for this long, nobody is writing and the file is as it will be. */
const quietLooks = 3;
const quietMs = 5_000;

export interface OpenclackyRead {
  readonly entries: readonly Entry[];
  /** False where the file broke off and the entries are those before. */
  readonly isWhole: boolean;
}

/** A session's transcript: its archived parts, its messages, and what its write-ahead log adds to them. */
export async function readOpenclackyTranscript(ownId: string, place: OpenclackyPlace): Promise<OpenclackyRead> {
  const { record, isWhole } = await readRecord(place.path);
  const stats = objectOf(record['stats']);
  const config = objectOf(record['config']);
  const saved = arrayOf(record['messages']).map(objectOf);
  const savedSeq = record['wal_seq'];
  // Without a number to go on from, the program throws a log away: all of it may be in the session already.
  const logPath = logOf(place);
  const log = logPath !== undefined && typeof savedSeq === 'number' ? await readText(logPath) : '';
  const messages = typeof savedSeq === 'number' ? replayLog(saved, log, savedSeq) : saved;
  const archived = await readChunks(place);
  const entries = openclackyEntries({
    ownId,
    created: timeOf(record['created_at']) ?? (await modified(place.path)),
    model: stringOf(config['sub_model']) || stringOf(config['model_name']),
    messages: [...archived, ...messages],
    error: isWhole && log === '' && stats['last_status'] === 'error' ? stringOf(stats['last_error']) : '',
  });
  return { entries, isWhole };
}

/** The archived parts known from the list, and those that were written since: they are numbered. */
async function readChunks({ folder, stem, chunks }: OpenclackyPlace): Promise<readonly JsonObject[]> {
  const texts = await Promise.all(chunks.map(readText));
  for (let next = lastNumber(chunks) + 1; ; next++) {
    const text = await readText(join(folder, `${stem}-chunk-${next}.md`));
    if (text === '') return texts.flatMap(chunkMessages);
    texts.push(text);
  }
}

const lastNumber = (chunks: readonly string[]): number => Number(/-(\d+)\.md$/.exec(chunks.at(-1) ?? '')?.[1] ?? 0);

async function readRecord(path: string): Promise<{ readonly record: JsonObject; readonly isWhole: boolean }> {
  let last = '';
  for (let tried = 0, quiet = 0; ; tried++) {
    const text = await readFile(path, 'utf8');
    const value = wholeValue(text);
    if (value !== undefined) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { record: objectOf(value), isWhole: true };
      throw new SessionError('damaged', `${path} does not hold a session`);
    }
    quiet = text === last ? quiet + 1 : 0;
    last = text;
    if (quiet >= quietLooks || tried >= retries || Date.now() - (await lstat(path)).mtimeMs > quietMs)
      return { record: partialRecord(text), isWhole: false };
    await delay(retryMs);
  }
}

function wholeValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Torn: the caller looks again, and takes what there is in the end.
    return undefined;
  }
}

/** What stands before the text breaks off; of the messages those that are whole. */
function partialRecord(text: string): JsonObject {
  const record: Record<string, unknown> = {};
  for (const member of jsonMembers(text)) {
    record[member.key] =
      member.key === 'messages'
        ? [...jsonElements(text, member.start)].map((part) => partValue(text, part)).filter((value) => value !== undefined)
        : partValue(text, member);
  }
  return record;
}

async function readText(path: string): Promise<string> {
  try {
    // A link could lead anywhere.
    return (await lstat(path)).isFile() ? await readFile(path, 'utf8') : '';
  } catch (error) {
    // Gone with a save or a deletion since the list was made.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

const modified = async (path: string): Promise<string> => (await lstat(path)).mtime.toISOString();
