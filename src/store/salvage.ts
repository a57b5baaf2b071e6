import type { EntryOf } from '../model/entry.js';
import { SessionError } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { foldEntry, startRecord } from './recordFold.js';
import { rebuildRecord, sealed } from './recordUpdate.js';
import { scanTranscript } from './transcriptFile.js';

/**
 * The record that can be made out of a session's transcript, its first line lost or not. `workdir` stands in where no line
 * tells it. `undefined` when there is no transcript, or not one entry in it. Rejects with `newer_version`: what such a
 * transcript tells is not ours to say.
 */
export async function salvageRecord(port: FilePort, transcript: string, id: string, workdir: string): Promise<SessionRecord | undefined> {
  try {
    return await rebuildRecord(port, transcript, id);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EACCES')) return undefined;
    if (!(error instanceof SessionError) || error.code !== 'damaged') throw error;
  }
  let record: SessionRecord | undefined;
  const scan = await scanTranscript(port, transcript, (entry) => {
    record ??= startRecord(id, firstLine(id, entry.timestamp, workdir));
    record = foldEntry(record, entry, 'all');
    return undefined;
  });
  if (scan.newerVersion !== undefined) {
    throw new SessionError('newer_version', `${transcript} has version ${String(scan.newerVersion)}, which this program does not know`, {
      hint: 'update skein to read it',
    });
  }
  return record === undefined ? undefined : sealed(record, scan);
}

/** The `session` line that a transcript should have begun with. */
function firstLine(id: string, timestamp: string, workdir: string): EntryOf<'session'> {
  return { type: 'session', version: 1, id, timestamp, workdir, backend: '', title: '' };
}
