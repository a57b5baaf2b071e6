import * as path from 'node:path';
import type { Entry, EntryOf } from '../model/entry.js';
import { SessionError, messageOf } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import { ensureFolder } from './durable.js';
import { isSystemError, isThere, withFileErrors } from './fileError.js';
import type { FilePort } from './filePort.js';
import { freshId } from './freshId.js';
import type { Held } from './lock.js';
import { isDeadLock } from './lockFolder.js';
import { recordDocument } from './recordFile.js';
import { changedFields, foldEntry, startRecord } from './recordFold.js';
import { infoEntry, rebuildRecord, sealed } from './recordUpdate.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import type { NewRecord } from './store.js';
import type { StoreContext } from './storeContext.js';
import { createTranscript } from './transcriptFile.js';

/**
 * Makes a session: the transcript first (its `session` line, the other fields as an `info`, the entries), then the record.
 * A crash between the two leaves a transcript that tells the whole session, and a dead lock that tells `finishCreate` of it.
 * A `session` line among the entries is left out.
 */
export async function createSession(context: StoreContext, fields: NewRecord, entries: readonly Entry[] = []): Promise<SessionRecord> {
  const { port } = context;
  const id = fields.id ?? freshId();
  const paths = sessionPaths(context.sessions, id);
  return withFileErrors(paths.record, async () => {
    await ensureFolder(port, context.sessions);
    return context.lock(paths.lock, async (held) => {
      if ((await isThere(port, paths.record)) || (await isThere(port, paths.transcript))) {
        throw new SessionError('failed', `there is a session ${id} already`, { hint: 'choose another id' });
      }
      const { lines, record } = describeSession(id, fields, entries, context.now());
      try {
        const bytes = await createTranscript(port, paths.transcript, lines);
        const epoch = Math.max(0, ...lines.map((line) => (line.type === 'lease' ? line.epoch : 0)));
        return await writeNew(port, paths, sealed(record, { bytes, lastEntry: lines.at(-1)?.id, epoch }), held);
      } catch (error) {
        // Nobody was told of this session: what is there of it goes, as far as the disk lets it.
        for (const file of [paths.record, paths.transcript]) {
          await port.unlink(file).catch((second: unknown) => {
            if (!isSystemError(second, 'ENOENT')) context.logger.debug(`${file}: ${messageOf(second)}`);
          });
        }
        throw error;
      }
    });
  });
}

/**
 * Writes the record of a session whose maker died after the transcript: its lock is there and its owner is dead. Resolves
 * with whether it did; a transcript that lost its record in another way is for doctor.
 */
export async function finishCreate(context: StoreContext, id: string): Promise<boolean> {
  const { port } = context;
  const paths = sessionPaths(context.sessions, id);
  // A deletion that is half done looks the same; its steps are pending, and finish it.
  if (!(await isDeadLock(port, paths.lock)) || (await hasPending(context))) return false;
  return withFileErrors(paths.record, () =>
    context.lock(paths.lock, async (held) => {
      if ((await isThere(port, paths.record)) || !(await isThere(port, paths.transcript))) return false;
      await writeNew(port, paths, { ...(await rebuildRecord(port, paths.transcript, id)), revision: 1 }, held);
      return true;
    }),
  );
}

async function hasPending({ port, root }: StoreContext): Promise<boolean> {
  try {
    return (await port.readdir(path.join(root, 'pending'))).some(({ name }) => name.endsWith('.json'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}

async function writeNew(port: FilePort, paths: SessionPaths, record: SessionRecord, held: Held): Promise<SessionRecord> {
  const document = recordDocument(port, paths.record, { beforeRename: () => held.assert() });
  document.data = record;
  await document.write();
  return record;
}

function describeSession(
  id: string,
  fields: NewRecord,
  entries: readonly Entry[],
  now: Date,
): { readonly lines: readonly Entry[]; readonly record: SessionRecord } {
  const { parent_id: parent, forked_at: entry } = fields;
  const first: EntryOf<'session'> = {
    type: 'session',
    version: 1,
    id,
    timestamp: fields.created_at ?? now.toISOString(),
    workdir: fields.workdir,
    backend: fields.backend ?? '',
    ...(fields.model !== undefined && { model: fields.model }),
    title: fields.title ?? '',
    ...(parent !== undefined && { parent: { id: parent, ...(entry !== undefined && { entry }) } }),
  };
  const copied = entries.filter((line) => line.type !== 'session');
  const start = startRecord(id, first);
  let record = start;
  for (const line of copied) record = foldEntry(record, line, 'none');
  // Last, so that what the caller said stands over what the copied entries say.
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  record = { ...record, ...said, id, version: record.version, revision: 1, transcript: undefined };
  const info = changedFields(foldAll(start, copied), record);
  if (Object.keys(info).length === 0) return { lines: [first, ...copied], record };
  return { lines: [first, ...copied, infoEntry(info, now)], record };
}

function foldAll(start: SessionRecord, entries: readonly Entry[]): SessionRecord {
  return entries.reduce((record, entry) => foldEntry(record, entry, 'all'), start);
}
