import * as path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { SessionError } from '../model/errors.js';
import { isLooser } from '../model/permissionMode.js';
import { recordVersion } from '../model/record.js';
import { sessionIdPattern } from '../model/sessionId.js';
import { madeRecord, salvaged, withoutMode } from './doctorRepairs.js';
import { examineTranscript } from './doctorTranscripts.js';
import { examined, setAside, unlessGone, type Examined, type Repair } from './examined.js';
import { isThere } from './fileError.js';
import type { FolderEntry } from './filePort.js';
import { readShownRecord, type ShownRecord } from './recordFile.js';
import type { StoreContext } from './storeContext.js';
import { scanTranscript } from './transcriptFile.js';

/** What there is under one id in `sessions/`. */
interface Session {
  readonly id: string;
  record?: FolderEntry['kind'];
  transcript?: FolderEntry['kind'];
  folder?: FolderEntry['kind'];
}

/** Every record and transcript of the store. */
export async function examineSessions(context: StoreContext): Promise<readonly Examined[]> {
  const sessions = new Map<string, Session>();
  for (const { name, kind } of await context.port.readdir(context.sessions)) {
    const [id = '', ending = '', more] = name.split('.');
    const part = more === undefined ? ({ json: 'record', jsonl: 'transcript', '': 'folder' } as const)[ending] : undefined;
    if (part === undefined || !sessionIdPattern.test(id)) continue;
    const session = sessions.get(id) ?? { id };
    session[part] = kind;
    sessions.set(id, session);
  }
  const found: Examined[] = [];
  for (const session of sessions.values()) {
    const look = session.record === undefined ? examineOrphan(context, session) : examineSession(context, session);
    found.push(...(await unlessGone(look)));
    await breathe();
  }
  return found;
}

async function examineSession(context: StoreContext, session: Session): Promise<readonly Examined[]> {
  const { id, transcript } = session;
  const file = `sessions/${id}.json`;
  const one = (kind: string, detail: string) => examined(context, file, kind, detail);
  let record: ShownRecord | undefined;
  const found: Examined[] = [];
  if (session.record === 'link') found.push(await replaced(context, session, 'link', 'it is a symbolic link, which is not followed'));
  else if (session.record !== 'file') found.push(await replaced(context, session, 'unreadable', 'it is not a file'));
  else {
    try {
      record = readShownRecord(context.port, path.join(context.root, file));
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      if (error.code === 'gone') return [];
      if (error.code === 'newer_version') return [one('newer_version', 'it was written by a newer version of this program')];
      if (error.code === 'damaged') found.push(await damaged(context, session, error.message));
      else found.push(one('unreadable', error.message));
    }
  }
  if (record !== undefined && record.version > recordVersion)
    return [one('newer_version', `it has version ${String(record.version)}: it is shown, and not changed`)];
  const mode = record?.settings.permission_mode;
  if (record !== undefined && mode !== undefined && isLooser(mode)) {
    const change = withoutMode(record);
    const detail = `it asks for the permission mode ${mode}: a record can only tighten, so it is not followed`;
    const repair: Repair = { kind: 'change', prepare: () => Promise.resolve({ updates: [change] }) };
    found.push(examined(context, file, 'loose_settings', detail, 'take it out of the record', repair));
  }
  return [...found, ...(await examineTranscript(context, id, transcript, record))];
}

/** A record that cannot be read. */
function damaged(context: StoreContext, session: Session, message: string): Promise<Examined> {
  const kind = / says that it is session /.test(message) ? 'wrong_id' : 'damaged_record';
  return replaced(context, session, kind, message.replace(`${path.join(context.root, `sessions/${session.id}.json`)} `, 'it '));
}

/** What is in the place of a record, with what the transcript can do for it. */
async function replaced(context: StoreContext, session: Session, kind: string, detail: string): Promise<Examined> {
  const { id } = session;
  const file = `sessions/${id}.json`;
  const told = await toldBy(context, session);
  if (told === 'newer') return examined(context, file, kind, detail);
  if (told === 'nothing') return examined(context, file, kind, detail, 'move it to salvage/', setAside(id, ...filesOf(session)));
  const prepare = async (aside: string) => ({
    steps: [{ id, from: file, to: `${aside}/${id}.json` }, ...(await madeRecord(context, id, aside))],
  });
  return examined(context, file, kind, detail, 'rebuild it from the transcript, and keep this one in salvage/', {
    kind: 'change',
    prepare,
  });
}

/** A transcript, or a folder, without a record. */
async function examineOrphan(context: StoreContext, session: Session): Promise<readonly Examined[]> {
  const { id, transcript } = session;
  const file = `sessions/${id}.jsonl`;
  if (transcript !== 'file') return examineTranscript(context, id, transcript, undefined);
  const lines = await examineTranscript(context, id, transcript, undefined);
  const told = await toldBy(context, session);
  if (told === 'newer') return lines;
  if (told === 'nothing') {
    const detail = 'its record is missing, and no line of it can be read';
    return [examined(context, file, 'no_record', detail, 'move it to salvage/', setAside(id, ...filesOf(session))), ...lines];
  }
  const name = (await scanTranscript(context.port, path.join(context.root, file), ({ type }) => type !== 'session')).id ?? id;
  if (name !== id && sessionIdPattern.test(name)) return misnamed(context, session, name);
  const prepare = async (aside: string) => ({ steps: await madeRecord(context, id, aside) });
  const repair: Repair = { kind: 'change', prepare };
  return [examined(context, file, 'no_record', 'its record is missing', 'rebuild the record from it', repair), ...lines];
}

/** A transcript under another session's name: a copy of that one, or that one itself. */
async function misnamed(context: StoreContext, session: Session, name: string): Promise<readonly Examined[]> {
  const { id } = session;
  const file = `sessions/${id}.jsonl`;
  const detail = `its record is missing, and its first line says that it is session ${name}`;
  if (
    (await isThere(context.port, `${context.sessions}/${name}.json`)) ||
    (await isThere(context.port, `${context.sessions}/${name}.jsonl`))
  )
    return [examined(context, file, 'wrong_id', detail, 'move it to salvage/', setAside(id, ...filesOf(session)))];
  const prepare = async (aside: string) => ({
    steps: [{ id, from: file, to: `sessions/${name}.jsonl` }, ...(await madeRecord(context, name, aside, id))],
  });
  return [examined(context, file, 'wrong_id', detail, 'give it that name, and rebuild the record from it', { kind: 'change', prepare })];
}

/** Whether a record can be made of a session's transcript. */
async function toldBy(context: StoreContext, { id, transcript }: Session): Promise<'all' | 'nothing' | 'newer'> {
  if (transcript !== 'file') return 'nothing';
  try {
    return (await salvaged(context, id)) === undefined ? 'nothing' : 'all';
  } catch (error) {
    if (error instanceof SessionError && error.code === 'newer_version') return 'newer';
    throw error;
  }
}

function filesOf({ id, record, transcript, folder }: Session): readonly string[] {
  return [
    ...(record === undefined ? [] : [`sessions/${id}.json`]),
    ...(transcript === undefined ? [] : [`sessions/${id}.jsonl`]),
    ...(folder === 'folder' ? [`sessions/${id}`] : []),
  ];
}
