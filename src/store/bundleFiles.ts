import * as path from 'node:path';
import { messageOf, SessionError } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import { ensureFolder, writeDurably } from './durable.js';
import { isSystemError, isThere, withFileErrors } from './fileError.js';
import { freshId } from './freshId.js';
import { removeIfThere } from './partialFile.js';
import { runSteps } from './pendingSteps.js';
import { blobFolder, blobPattern, blobsOf, isBlobWhole, keepBlob, readBlob } from './pictures.js';
import { ensurePlainFolder } from './plainFolder.js';
import { readRecord, recordDocument } from './recordFile.js';
import { salvageRecord } from './salvage.js';
import { sessionPaths } from './sessionPaths.js';
import type { StoreContext } from './storeContext.js';
import { scanTranscript } from './transcriptFile.js';

const recordName = 'session.json';
const transcriptName = 'session.jsonl';

/** A session's files, byte for byte: `session.json`, `session.jsonl` and the `blobs/…` that its entries name. */
export async function readFiles(context: StoreContext, id: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const paths = sessionPaths(context.sessions, id);
  const files = new Map<string, Uint8Array>();
  for (const [name, file] of [
    [recordName, paths.record],
    [transcriptName, paths.transcript],
  ] as const) {
    const bytes = await bytesOf(context, file);
    if (bytes !== undefined) files.set(name, bytes);
  }
  if (files.size === 0) throw new SessionError('not_found', `no session ${id}`);
  if (!files.has(transcriptName)) return files;
  const named = new Set<string>();
  await withFileErrors(paths.transcript, () =>
    scanTranscript(context.port, paths.transcript, (entry) => {
      for (const blob of blobsOf(entry)) named.add(blob);
      return undefined;
    }),
  );
  for (const name of named) {
    const bytes = await readBlob(context, name);
    if (bytes !== undefined) files.set(`${blobFolder}/${name}`, bytes);
  }
  return files;
}

async function bytesOf(context: StoreContext, file: string): Promise<Uint8Array | undefined> {
  try {
    return await context.port.readFile(file);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * Writes a bundle's files as the session `id`: as they are where it is their own id, else with the new one put in. They are
 * made ready aside, read once, and then moved in. `damaged` when there is no session in them, `failed` when `id` is taken.
 */
export async function writeFiles(context: StoreContext, id: string, files: ReadonlyMap<string, Uint8Array>): Promise<SessionRecord> {
  const { port, root } = context;
  const paths = sessionPaths(context.sessions, id);
  return withFileErrors(paths.record, async () => {
    if ((await isThere(context.port, paths.record)) || (await isThere(context.port, paths.transcript))) {
      throw new SessionError('failed', `there is a session ${id} already`, { hint: 'choose another id' });
    }
    const name = freshId();
    const aside = `salvage/import.${name}`;
    const there = sessionPaths(path.join(root, aside), id);
    await ensurePlainFolder(port, root, aside);
    await ensureFolder(port, context.sessions);
    const [record, transcript] = [files.get(recordName), files.get(transcriptName)];
    try {
      if (transcript !== undefined) await writeDurably(port, there.transcript, withId(transcript, firstLineEnd(transcript), id));
      if (record !== undefined) await writeDurably(port, there.record, withId(record, record.length, id));
      await completeRecord(context, there.record, there.transcript, id);
      await writeBlobs(context, files);
      const made = [...(transcript === undefined ? [] : [`${id}.jsonl`]), `${id}.json`];
      await runSteps(
        context,
        name,
        made.map((file) => ({ id, from: `${aside}/${file}`, to: `sessions/${file}` })),
      );
    } catch (error) {
      await clearAside(context, [there.transcript, there.record], path.join(root, aside));
      throw error;
    }
    return readRecord(port, paths.record);
  });
}

/** What was made ready and is not to be taken in. */
async function clearAside({ port, logger }: StoreContext, files: readonly string[], folder: string): Promise<void> {
  try {
    for (const file of files) await removeIfThere(port, file);
    await port.rmdir(folder);
  } catch (error) {
    logger.warn(`${folder} stays: ${messageOf(error)}`);
  }
}

function firstLineEnd(bytes: Uint8Array): number {
  const newline = bytes.indexOf(0x0a);
  return newline === -1 ? bytes.length : newline;
}

/** Puts the id into the JSON object in front of `end`; bytes that have it already, or are no such object, stay as they are. */
function withId(bytes: Uint8Array, end: number, id: string): Uint8Array {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString('utf8'));
  } catch {
    // Not JSON: what it is worth shows when it is read.
    return bytes;
  }
  if (typeof value !== 'object' || value === null || !('id' in value) || value.id === id) return bytes;
  if ('type' in value && value.type !== 'session') return bytes;
  return Buffer.concat([Buffer.from(JSON.stringify({ ...value, id })), bytes.subarray(end)]);
}

/** A bundle without a record that can be read is as good as its transcript. */
async function completeRecord(context: StoreContext, record: string, transcript: string, id: string): Promise<void> {
  const { port, root } = context;
  try {
    await readRecord(port, record);
    return;
  } catch (error) {
    if (!(error instanceof SessionError) || (error.code !== 'damaged' && error.code !== 'gone')) throw error;
    const salvaged = await salvageRecord(port, transcript, id, path.dirname(root));
    if (salvaged === undefined) throw new SessionError('damaged', 'there is no session in this bundle', { cause: error });
    const document = recordDocument(port, record);
    document.data = salvaged;
    await document.write();
  }
}

async function writeBlobs(context: StoreContext, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [file, bytes] of files) {
    const [folder, name = '', ...more] = file.split('/');
    // Wrong bytes under a digest would be taken for that picture ever after.
    const isPicture = folder === blobFolder && blobPattern.test(name) && more.length === 0 && isBlobWhole(name, bytes);
    if (isPicture) await keepBlob(context, name, bytes);
  }
}
