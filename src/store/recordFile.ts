import { isUtf8 } from 'node:buffer';
import * as path from 'node:path';
import { Low, LowSync, type Adapter, type SyncAdapter } from 'lowdb';
import * as z from 'zod';
import { SessionError } from '../model/errors.js';
import { isTooDeep } from '../model/json.js';
import { recordVersion, sessionRecordSchema, type SessionRecord } from '../model/record.js';
import { writeDurably, type DurableOptions } from './durable.js';
import { fileError, withFileErrors } from './fileError.js';
import type { FilePort } from './filePort.js';

const shownSchema = sessionRecordSchema.extend({ version: z.number().int().positive() });
/** A record as it is shown: of a newer version too, as far as it has the fields that we know. */
export type ShownRecord = z.infer<typeof shownSchema>;

/** The record's id is its file's name: a copy under another name is damage, not a second session with one id. */
function parse(bytes: Uint8Array, file: string): ShownRecord {
  if (bytes.length === 0) throw damaged(file, 'is empty');
  if (!isUtf8(bytes)) throw damaged(file, 'is not UTF-8');
  let value: unknown;
  try {
    // An editor on Windows may have put a byte order mark in front.
    value = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch (error) {
    throw damaged(file, 'is not JSON', error);
  }
  if (isTooDeep(value)) throw damaged(file, 'is nested too deeply');
  const result = shownSchema.safeParse(value);
  if (!result.success) {
    const version = z.looseObject({ version: z.number() }).safeParse(value).data?.version ?? 0;
    if (version > recordVersion) throw newer(file, version);
    throw damaged(file, describe(result.error));
  }
  if (result.data.id !== path.basename(file, '.json')) throw damaged(file, `says that it is session ${result.data.id}`);
  return result.data;
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'does not fit' : `does not fit at "${issue.path.join('.')}": ${issue.message}`;
}

function damaged(file: string, words: string, cause?: unknown): SessionError {
  return new SessionError('damaged', `${file} ${words}`, { hint: 'run skein doctor', cause });
}

function newer(file: string, version: number): SessionError {
  return new SessionError('newer_version', `${file} has version ${String(version)}, which this program does not know`, {
    hint: 'update skein to change it',
  });
}

function ours(record: ShownRecord, file: string): SessionRecord {
  if (record.version !== recordVersion) throw newer(file, record.version);
  return { ...record, version: recordVersion };
}

/** A record just as a reader of its file will see it: through JSON and the schema. Throws zod's error when it does not fit. */
export function normalizedRecord(record: unknown): SessionRecord {
  return sessionRecordSchema.parse(JSON.parse(JSON.stringify(record)));
}

function bytesOf(record: SessionRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(sessionRecordSchema.parse(record), null, 2)}\n`);
}

/** lowdb's view of one record file: checked by zod on the way in and out, written durably, never made by a read. */
class RecordAdapter implements Adapter<SessionRecord> {
  readonly #port: FilePort;
  readonly #file: string;
  readonly #options: DurableOptions;
  constructor(port: FilePort, file: string, options: DurableOptions) {
    this.#port = port;
    this.#file = file;
    this.#options = options;
  }
  async read(): Promise<SessionRecord> {
    return ours(parse(await this.#port.readFile(this.#file), this.#file), this.#file);
  }
  async write(record: SessionRecord): Promise<void> {
    await writeDurably(this.#port, this.#file, bytesOf(record), this.#options);
  }
}

class ShownRecordAdapter implements SyncAdapter<ShownRecord> {
  readonly #port: FilePort;
  readonly #file: string;
  constructor(port: FilePort, file: string) {
    this.#port = port;
    this.#file = file;
  }
  read(): ShownRecord {
    return parse(this.#port.readFileSync(this.#file), this.#file);
  }
  write(): never {
    throw new Error('records are written under their lock, by the adapter that waits for the disk');
  }
}

/**
 * A record as a lowdb document: `await db.read()`, change `db.data`, `await db.write()`; `data` is `null` before that.
 * Both reject with what the system or the parser said: `damaged` or `newer_version`.
 */
export function recordDocument(port: FilePort, file: string, options: DurableOptions = {}): Low<SessionRecord | null> {
  const adapter = new RecordAdapter(port, file, options);
  return new Low<SessionRecord | null>(
    { read: () => adapter.read(), write: (record) => (record === null ? Promise.resolve() : adapter.write(record)) },
    null,
  );
}

/** Reads one record. Rejects with `gone`, `damaged` (with the path), `newer_version`. */
export async function readRecord(port: FilePort, file: string): Promise<SessionRecord> {
  return withFileErrors(file, async () => {
    const document = recordDocument(port, file);
    await document.read();
    if (document.data === null) throw damaged(file, 'is empty');
    return document.data;
  });
}

/**
 * Reads one record at once, for lists of thousands; a newer version comes back as far as it can be shown.
 * Throws `gone`, `damaged` or `newer_version`.
 */
export function readShownRecord(port: FilePort, file: string): ShownRecord {
  const document = new LowSync<ShownRecord | null>(new ShownRecordAdapter(port, file), null);
  try {
    document.read();
  } catch (error) {
    throw fileError(error, file);
  }
  if (document.data === null) throw damaged(file, 'is empty');
  return document.data;
}
