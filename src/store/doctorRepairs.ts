import * as path from 'node:path';
import type { EntryOf } from '../model/entry.js';
import { isLooser } from '../model/permissionMode.js';
import { recordVersion, type SessionRecord, type SessionSettings } from '../model/record.js';
import type { Change } from './examined.js';
import type { FieldsChange } from './journal.js';
import { ensurePlainFolder } from './plainFolder.js';
import { recordDocument, type ShownRecord } from './recordFile.js';
import { allFields } from './recordFold.js';
import { infoEntry, readFolded } from './recordUpdate.js';
import { salvageRecord } from './salvage.js';
import type { Step } from './step.js';
import type { StoreContext } from './storeContext.js';
import { createTranscript } from './transcriptFile.js';

// What doctor makes anew is made ready aside, and moved into its place as a step that undo takes back.

/** What the transcript of a session tells of it; `undefined` when that is nothing. Rejects with `newer_version`. */
export function salvaged(context: StoreContext, id: string): ReturnType<typeof salvageRecord> {
  return salvageRecord(context.port, path.join(context.sessions, `${id}.jsonl`), id, path.dirname(context.root));
}

/** A record for the session `id` out of the transcript that now has the name of the session `from`. */
export async function madeRecord(context: StoreContext, id: string, aside: string, from = id): Promise<readonly Step[]> {
  const record = await salvaged(context, from);
  if (record === undefined) return [];
  const made = `${aside}/made`;
  await ensurePlainFolder(context.port, context.root, made);
  const document = recordDocument(context.port, path.join(context.root, made, `${id}.json`));
  document.data = { ...record, id, settings: tightened(record.settings), revision: record.revision + 1 };
  await document.write();
  return [{ id, from: `${made}/${id}.json`, to: `sessions/${id}.json` }];
}

/** A transcript that tells what the record tells; the record then counts it. */
export async function madeTranscript(context: StoreContext, record: ShownRecord, aside: string): Promise<Change> {
  const { id, workdir, backend, title, created_at } = record;
  const first: EntryOf<'session'> = { type: 'session', version: 1, id, timestamp: created_at, workdir, backend, title };
  const lines = [first, infoEntry(allFields({ ...record, version: recordVersion }), context.now())];
  const made = `${aside}/made`;
  await ensurePlainFolder(context.port, context.root, made);
  await createTranscript(context.port, path.join(context.root, made, `${id}.jsonl`), lines);
  return {
    steps: [{ id, from: `${made}/${id}.jsonl`, to: `sessions/${id}.jsonl` }],
    // Nothing but how much of the transcript is counted, which any write brings up to date.
    updates: [{ id, before: {}, after: {} }],
  };
}

const counted = ['message_count', 'turn_count', 'token_usage', 'cost_usd'] as const;

/** The record with the counts of what is left of its transcript. */
export async function recounted(context: StoreContext, record: ShownRecord): Promise<FieldsChange> {
  const left = await readFolded(context, record.id);
  const pick = (from: SessionRecord | ShownRecord): Record<string, unknown> => Object.fromEntries(counted.map((key) => [key, from[key]]));
  return { id: record.id, before: pick(record), after: pick(left) };
}

/** The record without the permission mode that it must not ask for. */
export function withoutMode({ id, settings }: ShownRecord): FieldsChange {
  return { id, before: { settings }, after: { settings: tightened(settings) } };
}

function tightened(settings: SessionSettings): SessionSettings {
  const { permission_mode: mode, ...rest } = settings;
  return mode !== undefined && isLooser(mode) ? rest : settings;
}
