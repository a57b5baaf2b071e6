import * as path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { EntryOf } from '../model/entry.js';
import { SessionError } from '../model/errors.js';
import { isLooser } from '../model/permissionRule.js';
import { recordVersion, sessionIdPattern } from '../model/record.js';
import { ensureFolder } from './durable.js';
import { examined, setAside, type Examined, type Repair } from './examined.js';
import { readShownRecord, recordDocument, type ShownRecord } from './recordFile.js';
import { allFields } from './recordFold.js';
import { infoEntry, sealed } from './recordUpdate.js';
import { salvageRecord } from './salvage.js';
import type { Step } from './step.js';
import type { StoreContext } from './storeContext.js';
import { createTranscript, scanTranscript } from './transcriptFile.js';
import { longLines } from './longLines.js';
import { journalledUpdate } from './undo.js';
import { updateRecord } from './recordUpdate.js';

interface Session {
  readonly id: string;
  record?: 'file' | 'folder' | 'link' | 'other';
  transcript?: 'file' | 'folder' | 'link' | 'other';
}

/** Every record and transcript of the store. */
export async function examineSessions(context: StoreContext): Promise<readonly Examined[]> {
  const sessions = new Map<string, Session>();
  for (const { name, kind } of await context.port.readdir(context.sessions)) {
    const [id = '', ending, more] = name.split('.');
    if (!sessionIdPattern.test(id) || more !== undefined || (ending !== 'json' && ending !== 'jsonl')) continue;
    const session = sessions.get(id) ?? { id };
    session[ending === 'json' ? 'record' : 'transcript'] = kind;
    sessions.set(id, session);
  }
  const found: Examined[] = [];
  for (const session of sessions.values()) {
    found.push(...(await examineRecord(context, session)), ...(await examineTranscript(context, session)));
    await breathe();
  }
  return found;
}

async function examineRecord(context: StoreContext, session: Session): Promise<readonly Examined[]> {
  const { id } = session;
  const file = `sessions/${id}.json`;
  if (session.record === undefined) return examineOrphan(context, id);
  if (session.record !== 'file') return [notAFile(id, file, session.record, context)];
  let record: ShownRecord;
  try {
    record = readShownRecord(context.port, path.join(context.root, file));
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    if (error.code === 'gone') return [];
    if (error.code === 'newer_version')
      return [examined(context, file, 'newer_version', 'it was written by a newer version of this program')];
    if (error.code !== 'damaged') return [examined(context, file, 'unreadable', error.message)];
    return [await damaged(context, session, error.message)];
  }
  if (record.version > recordVersion) {
    return [examined(context, file, 'newer_version', `it has version ${String(record.version)}: it is shown, and not changed`)];
  }
  const found: Examined[] = [];
  if (session.transcript === undefined) {
    found.push(
      examined(context, file, 'no_transcript', 'its transcript is missing', 'write one that tells what the record tells', {
        kind: 'move',
        prepare: (aside) => madeTranscript(context, record, aside),
      }),
    );
  }
  const mode = record.settings.permission_mode;
  if (mode !== undefined && isLooser(mode)) {
    const detail = `it asks for the permission mode ${mode}: a record can only tighten, so it is not followed`;
    found.push(
      examined(context, file, 'loose_settings', detail, 'take it out of the record', { kind: 'act', run: () => tighten(context, id) }),
    );
  }
  return found;
}

function notAFile(id: string, file: string, kind: string, context: StoreContext): Examined {
  const detail = kind === 'link' ? 'it is a symbolic link, which is not followed' : 'it is not a file';
  return examined(context, file, kind === 'link' ? 'link' : 'unreadable', detail, 'move it to salvage/', setAside(id, file));
}

/** A record that cannot be read, with what its transcript can do for it. */
async function damaged(context: StoreContext, { id, transcript }: Session, message: string): Promise<Examined> {
  const file = `sessions/${id}.json`;
  const detail = message.replace(`${path.join(context.root, file)} `, 'it ');
  const kind = / says that it is session /.test(message) ? 'wrong_id' : 'damaged_record';
  const canRebuild = transcript === 'file' && (await salvaged(context, id)) !== undefined;
  if (!canRebuild) return examined(context, file, kind, detail, 'move it to salvage/', setAside(id, file));
  const repair: Repair = {
    kind: 'move',
    prepare: async (aside) => [{ id, from: file, to: `${aside}/${id}.json` }, ...(await madeRecord(context, id, `${aside}/made`))],
  };
  return examined(context, file, kind, detail, 'rebuild it from the transcript, and keep this one in salvage/', repair);
}

async function examineOrphan(context: StoreContext, id: string): Promise<readonly Examined[]> {
  const file = `sessions/${id}.jsonl`;
  if ((await salvaged(context, id)) === undefined) {
    return [
      examined(
        context,
        file,
        'no_record',
        'its record is missing, and no line of it can be read',
        'move it to salvage/',
        setAside(id, file),
      ),
    ];
  }
  const repair: Repair = { kind: 'move', prepare: (aside) => madeRecord(context, id, `${aside}/made`) };
  return [examined(context, file, 'no_record', 'its record is missing', 'rebuild the record from it', repair)];
}

async function examineTranscript(context: StoreContext, session: Session): Promise<readonly Examined[]> {
  const { id, transcript } = session;
  const file = `sessions/${id}.jsonl`;
  if (transcript === undefined) return [];
  if (transcript !== 'file') return [notAFile(id, file, transcript, context)];
  const full = path.join(context.root, file);
  const { skipped, setAside: aside } = await scanTranscript(context.port, full, () => undefined);
  const found = skipped.map(({ kind, detail }) => {
    // A writer stopped there, or writes it this moment; the next one begins on a new line.
    const isTorn = detail.endsWith('(it was not finished)');
    return examined(context, file, isTorn ? 'torn' : kind === 'newer' ? 'newer_line' : 'damaged_line', `${detail}: it is passed over`);
  });
  if (aside > 0)
    found.push(examined(context, file, 'set_aside', `${String(aside)} entries of a program that had lost the session are not shown`));
  for (const { start, length } of await longLines(context.port, full)) {
    found.push(examined(context, file, 'long_line', `the line at byte ${String(start)} has ${String(Math.round(length / 1e6))} MB`));
  }
  return found;
}

function salvaged(context: StoreContext, id: string): ReturnType<typeof salvageRecord> {
  return salvageRecord(context.port, path.join(context.sessions, `${id}.jsonl`), id, path.dirname(context.root));
}

/** Makes the record ready aside, and the step that puts it in its place. */
async function madeRecord(context: StoreContext, id: string, made: string): Promise<readonly Step[]> {
  const record = await salvaged(context, id);
  if (record === undefined) return [];
  await ensureFolder(context.port, path.join(context.root, made));
  const document = recordDocument(context.port, path.join(context.root, made, `${id}.json`));
  document.data = { ...record, revision: record.revision + 1 };
  await document.write();
  return [{ id, from: `${made}/${id}.json`, to: `sessions/${id}.json` }];
}

/** A transcript that tells what the record tells; the record then counts it from its start. */
async function madeTranscript(context: StoreContext, record: ShownRecord, made: string): Promise<readonly Step[]> {
  const { id, workdir, backend, title, created_at } = record;
  const first: EntryOf<'session'> = { type: 'session', version: 1, id, timestamp: created_at, workdir, backend, title };
  const lines = [first, infoEntry(allFields({ ...record, version: recordVersion }), context.now())];
  await ensureFolder(context.port, path.join(context.root, made));
  const bytes = await createTranscript(context.port, path.join(context.root, made, `${id}.jsonl`), lines);
  const document = recordDocument(context.port, path.join(context.root, made, `${id}.json`));
  document.data = sealed(
    { ...record, version: recordVersion, revision: record.revision + 1 },
    { bytes, lastEntry: lines.at(-1)?.id, epoch: 0 },
  );
  await document.write();
  return [
    { id, from: `${made}/${id}.jsonl`, to: `sessions/${id}.jsonl` },
    { id, from: `sessions/${id}.json`, to: `${made}/was/${id}.json` },
    { id, from: `${made}/${id}.json`, to: `sessions/${id}.json` },
  ];
}

async function tighten(context: StoreContext, id: string): Promise<void> {
  const journalled = journalledUpdate(context, id, 'Tightened the settings of a session');
  await updateRecord(context, id, ({ settings: { permission_mode: _mode, ...settings } }) => ({ settings }), journalled.before);
  await journalled.done();
}
