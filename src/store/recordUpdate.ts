import { createHash } from 'node:crypto';
import type { Entry, EntryOf } from '../model/entry.js';
import { SessionError } from '../model/errors.js';
import { sessionRecordSchema, type SessionRecord } from '../model/record.js';
import { isSystemError, withFileErrors } from './fileError.js';
import type { FilePort } from './filePort.js';
import { freshId } from './freshId.js';
import { normalizedRecord, readRecord, recordDocument } from './recordFile.js';
import { allFields, changedFields, foldEntry, startRecord, uncounted, type InfoFields } from './recordFold.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import type { StoreContext } from './storeContext.js';
import { appendLines, scanTranscript } from './transcriptFile.js';

export type RecordChange = (record: SessionRecord) => Partial<SessionRecord>;

/** Called under the lock, before anything is written, with the record as it is and as it will be: where undo is journalled. */
export type BeforeChange = (before: SessionRecord, after: SessionRecord) => Promise<void>;

/**
 * What our last write of a record contained, kept in it as `transcript.fields`: where it differs, another program edited
 * the record. The revision and the transcript's position are left out, they are bookkeeping.
 */
function fieldsDigest(record: SessionRecord): string {
  return createHash('sha256')
    .update(JSON.stringify(allFields(record)))
    .digest('hex')
    .slice(0, 16);
}

function wasEdited(record: SessionRecord): boolean {
  const digest = record.transcript?.fields;
  return digest !== undefined && digest !== fieldsDigest(record);
}

/** The epoch of the last take-over that the record knows of. */
export function leaseEpoch(record: SessionRecord): number {
  const epoch = record.transcript?.epoch;
  return typeof epoch === 'number' ? epoch : 0;
}

/** The record as it is to be written, its bookkeeping brought up to date. */
export function sealed(record: SessionRecord, position: { bytes: number; lastEntry: string | undefined; epoch: number }): SessionRecord {
  const { bytes, lastEntry, epoch } = position;
  // Through the schema first: what is digested is what a reader will see.
  const next = normalizedRecord(record);
  const transcript = {
    ...next.transcript,
    bytes,
    fields: fieldsDigest(next),
    ...(lastEntry !== undefined && { last_entry: lastEntry }),
    ...(epoch > 0 && { epoch }),
  };
  return { ...next, transcript };
}

interface Folded {
  readonly record: SessionRecord;
  /** Where the transcript was read up to; `undefined` when there is none. */
  readonly position: { bytes: number; lastEntry: string | undefined; epoch: number } | undefined;
  readonly grown: boolean;
  readonly edited: boolean;
}

/** Takes into the record what the transcript has beyond what the record knows: reads those bytes alone. */
async function foldTail(port: FilePort, record: SessionRecord, paths: SessionPaths): Promise<Folded> {
  const size = await transcriptSize(port, paths.transcript);
  const edited = wasEdited(record);
  const known = record.transcript;
  if (size === undefined) return { record, position: undefined, grown: false, edited };
  const epoch = leaseEpoch(record);
  if (known?.bytes === size) return { record, position: { bytes: size, lastEntry: known.last_entry, epoch }, grown: false, edited };
  // Shorter than it was, or never counted: another program's doing. The counts are made anew, and the record's words stay.
  const anew = known === undefined || known.bytes > size;
  const infoFields: InfoFields = anew ? 'counts' : edited ? 'none' : 'all';
  let folded = anew ? uncounted(record) : record;
  const scan = await scanTranscript(
    port,
    paths.transcript,
    (entry) => {
      folded = foldEntry(folded, entry, infoFields);
      return undefined;
    },
    anew ? {} : { from: known.bytes, epoch },
  );
  return {
    record: folded,
    position: { bytes: scan.bytes, lastEntry: scan.lastEntry ?? known?.last_entry, epoch: scan.epoch },
    grown: anew || scan.bytes > known.bytes,
    edited: edited || known === undefined,
  };
}

async function transcriptSize(port: FilePort, file: string): Promise<number | undefined> {
  try {
    return (await port.lstat(file)).size;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The record as its transcript makes it, without writing: what a reader shows. Rejects with `gone`, `damaged`, `newer_version`. */
export async function readFolded(context: StoreContext, id: string): Promise<SessionRecord> {
  const paths = sessionPaths(context.sessions, id);
  return withFileErrors(
    paths.record,
    async () => (await foldTail(context.port, await readRecord(context.port, paths.record), paths)).record,
  );
}

/** The record that a transcript alone tells. Rejects with `damaged` when it has no `session` line. */
export async function rebuildRecord(port: FilePort, transcript: string, id: string): Promise<SessionRecord> {
  let record: SessionRecord | undefined;
  const scan = await withFileErrors(transcript, () =>
    scanTranscript(port, transcript, (entry) => {
      if (record === undefined && entry.type === 'session') record = startRecord(id, entry);
      else if (record !== undefined) record = foldEntry(record, entry, 'all');
      return undefined;
    }),
  );
  if (record === undefined) throw new SessionError('damaged', `${transcript} has no "session" line`, { hint: 'run skein doctor' });
  return sealed(record, scan);
}

export function infoEntry(fields: Record<string, unknown>, now: Date): EntryOf<'info'> {
  return { ...fields, type: 'info', id: freshId(), timestamp: now.toISOString() };
}

/**
 * Changes a record under its lock: read, fold the transcript in, change, tell the transcript, write. Resolves with the
 * record as written; writes nothing when nothing changed. Rejects as `Store.update` says.
 */
export async function updateRecord(context: StoreContext, id: string, change: RecordChange, before?: BeforeChange): Promise<SessionRecord> {
  const { port } = context;
  const paths = sessionPaths(context.sessions, id);
  return withFileErrors(paths.record, () =>
    context.lock(paths.lock, async (held) => {
      const document = recordDocument(port, paths.record, { beforeRename: () => held.assert() });
      await document.read();
      const stored = document.data;
      if (stored === null) throw new SessionError('gone', `there is no session ${id}`);
      const folded = await foldTail(port, stored, paths);
      const next = changed(folded.record, change);
      const fields = folded.edited ? allFields(next) : changedFields(folded.record, next);
      const told = Object.keys(fields).length > 0;
      if (!told && !folded.grown) return folded.record;
      await before?.(folded.record, next);
      let { position } = folded;
      if (told && position !== undefined) {
        const info = infoEntry(fields, context.now());
        position = { ...position, bytes: await appendLines(port, paths.transcript, [info]), lastEntry: info.id };
      }
      const revised = { ...next, revision: stored.revision + 1 };
      document.data = position === undefined ? revised : sealed(revised, position);
      await document.write();
      return document.data;
    }),
  );
}

function changed(record: SessionRecord, change: RecordChange): SessionRecord {
  const { id, version, revision, transcript } = record;
  const wanted = { ...record, ...change(structuredClone(record)), id, version, revision, transcript };
  const result = sessionRecordSchema.safeParse(JSON.parse(JSON.stringify(wanted)));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new SessionError('usage', `"${issue?.path.join('.') ?? ''}" cannot be that: ${issue?.message ?? ''}`, { cause: result.error });
}

/**
 * Appends entries to a session: one lock, one write, one flush, whatever the transcript's length. The record is not
 * touched. `gone` when there is no transcript.
 */
export async function appendToTranscript(context: StoreContext, id: string, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return;
  const paths = sessionPaths(context.sessions, id);
  await withFileErrors(paths.transcript, () => context.lock(paths.lock, () => appendLines(context.port, paths.transcript, entries)));
}
