import * as zlib from 'node:zlib';
import { SessionError } from '../../model/errors.js';
import { valueIn } from '../jsonText.js';
import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import type { SqliteRow } from '../sqliteFile.js';

/** Bytes that one compressed event, and one compressed transcript, may have at most. */
const maxEvent = 16 * 1024 * 1024;
const maxArchive = 256 * 1024 * 1024;

/** An event of the database, compressed or not; `undefined` where it holds none. */
export function openclawEvent(row: SqliteRow): JsonObject | undefined {
  const { event_json: json, event_zstd: packed } = row;
  const text = typeof json === 'string' ? json : packed instanceof Uint8Array ? unpacked(packed, maxEvent) : undefined;
  const event = objectOf(valueIn(text));
  return typeof event['type'] === 'string' ? event : undefined;
}

/** The events of a transcript that was put away: JSON lines, compressed, of which the events are one kind. */
export function archivedEvents(bytes: Uint8Array): readonly JsonObject[] {
  return (unpacked(bytes, maxArchive) ?? '').split('\n').flatMap((line) => {
    const record = objectOf(valueIn(line));
    // Some archives hold the transcript's own lines.
    const event = record['kind'] === 'event' ? objectOf(valueIn(stringOf(objectOf(record['row'])['event_json']))) : record;
    return typeof event['type'] === 'string' ? [event] : [];
  });
}

/** The text of compressed bytes; `undefined` where they are damaged. */
function unpacked(bytes: Uint8Array, limit: number): string | undefined {
  // The types know only Nodes that have it.
  const { zstdDecompressSync: unpack } = zlib as Partial<typeof zlib>;
  if (unpack === undefined) {
    throw new SessionError('unsupported', 'OpenClaw compressed this transcript', {
      hint: `reading it needs Node 22.15 or newer; this is Node ${process.versions.node}`,
    });
  }
  try {
    return unpack(bytes, { maxOutputLength: limit }).toString('utf8');
  } catch {
    // One damaged event is left out, like a line that is no JSON.
    return undefined;
  }
}
