import * as path from 'node:path';
import { SessionError, messageOf } from '../model/errors.js';
import { recordVersion, type SessionRecord } from '../model/record.js';
import type { Problem, SessionRow } from '../model/row.js';
import { noTokens } from '../model/usage.js';
import { isSystemError } from './fileError.js';
import type { FileStat } from './filePort.js';
import { readShownRecord, type ShownRecord } from './recordFile.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import type { SessionBrief } from './store.js';
import type { StoreContext } from './storeContext.js';

/** What is known to be there beside the record, so that a list does not ask again for each row. */
export interface Beside {
  readonly transcript: boolean;
  readonly folder: boolean;
}

/** A session as a row, read afresh; what cannot be read whole is a row with a `problem`. `not_found` when nothing is there. */
export async function readRow(context: StoreContext, id: string, beside?: Beside): Promise<SessionRow> {
  const paths = sessionPaths(context.sessions, id);
  let row = readWhole(context, paths, beside);
  // Another program may be in the middle of writing it, or have finished by the second look.
  while (row === undefined) row = (await readDamaged(context, id, paths)) ?? readWhole(context, paths, beside);
  row = await caughtUp(context, row, paths);
  if (beside?.folder === false) return row;
  const { readHolder } = await import('./leaseFile.js');
  const running = await readHolder(context.port, paths.lease, context.now());
  return running === undefined ? row : { ...row, running };
}

/**
 * The row with what its transcript has beyond the record: of a turn that runs, or of a program that stopped between the
 * two. A transcript that has less than the record counted was cut by something, and one that is no file is not read.
 */
async function caughtUp(context: StoreContext, row: SessionRow, paths: SessionPaths): Promise<SessionRow> {
  if (row.problem !== undefined || row.transcript === undefined) return row;
  const { bytes } = row.transcript;
  const { kind, size } = statOf(context, paths.transcript) ?? { kind: 'file', size: bytes };
  const problem = (words: Pick<Problem, 'kind' | 'detail'>): SessionRow => ({
    ...row,
    problem: { kind: words.kind, detail: words.detail, path: paths.transcript },
  });
  if (kind === 'link') return problem({ kind: 'unreadable', detail: 'the transcript is a symbolic link, which is not followed' });
  if (kind !== 'file') return problem({ kind: 'unreadable', detail: 'the transcript is not a file' });
  if (size < bytes)
    return problem({ kind: 'salvaged', detail: `the transcript was cut: it has ${String(size)} of ${String(bytes)} bytes` });
  if (size === bytes) return row;
  try {
    return rowOf(context, await (await import('./recordUpdate.js')).readFolded(context, row.id));
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    if (error.code === 'gone') throw notThere(row.id, error);
    return problem({ kind: 'unreadable', detail: error.message });
  }
}

const notThere = (id: string, cause?: unknown): SessionError =>
  new SessionError('not_found', `no session ${id}`, { hint: 'skein sessions list shows what there is', cause });

/** The row of a session whose record can be read; `undefined` when there is something wrong with it. */
function readWhole(context: StoreContext, paths: SessionPaths, beside: Beside | undefined): SessionRow | undefined {
  let record: ShownRecord;
  try {
    if (context.port.lstatSync(paths.record).kind !== 'file') return undefined;
    record = readShownRecord(context.port, paths.record);
  } catch {
    // `readDamaged` looks again and says why.
    return undefined;
  }
  if (record.version > recordVersion) return rowOf(context, record, newer(record.version, paths.record));
  const hasTranscript = beside?.transcript ?? statOf(context, paths.transcript) !== undefined;
  if (hasTranscript) return rowOf(context, record);
  return rowOf(context, record, { kind: 'orphaned', detail: 'the transcript is missing', path: paths.transcript });
}

/** What can be made out of a session whose record is missing, damaged, or not ours to read; `undefined` when it can be read after all. */
async function readDamaged(context: StoreContext, id: string, paths: SessionPaths): Promise<SessionRow | undefined> {
  const { port, root } = context;
  const problem = problemOf(context, paths);
  if (problem === undefined) return undefined;
  // Its maker died in the midst of it.
  if (problem.kind === 'orphaned' && (await finished(context, id))) return undefined;
  const stat = statOf(context, paths.record) ?? statOf(context, paths.transcript);
  if (stat === undefined) throw notThere(id);
  if (problem.kind === 'newer') return bareRow(context, id, stat, problem);
  let salvaged: SessionRecord | undefined;
  try {
    salvaged = await (await import('./salvage.js')).salvageRecord(port, paths.transcript, id, path.dirname(root));
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'newer_version') throw error;
    return bareRow(context, id, stat, { kind: 'newer', detail: error.message, path: paths.transcript });
  }
  if (salvaged === undefined) return bareRow(context, id, stat, problem);
  if (problem.kind !== 'damaged') return rowOf(context, salvaged, problem);
  return rowOf(context, salvaged, { ...problem, kind: 'salvaged', detail: `${problem.detail}; shown as the transcript tells it` });
}

/** A session that cannot be finished, in a store that is read-only for one, is shown as it is. */
async function finished(context: StoreContext, id: string): Promise<boolean> {
  try {
    return await (await import('./sessionCreate.js')).finishCreate(context, id);
  } catch (error) {
    context.logger.debug(`session ${id}: ${messageOf(error)}`);
    return false;
  }
}

function problemOf(context: StoreContext, paths: SessionPaths): Problem | undefined {
  const stat = statOf(context, paths.record);
  if (stat === undefined)
    return { kind: 'orphaned', detail: 'the record is missing; shown as the transcript tells it', path: paths.transcript };
  if (stat.kind === 'link')
    return { kind: 'unreadable', detail: 'the record is a symbolic link, which is not followed', path: paths.record };
  if (stat.kind !== 'file') return { kind: 'unreadable', detail: 'the record is not a file', path: paths.record };
  try {
    readShownRecord(context.port, paths.record);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    const code = error instanceof SessionError ? error.code : 'failed';
    const kind = code === 'damaged' ? 'damaged' : code === 'newer_version' ? 'newer' : 'unreadable';
    return { kind, detail: messageOf(error), path: paths.record };
  }
  return undefined;
}

/** The row of a file among the records whose name is no id. It can be seen and found, and no verb takes its id. */
export function strayRow(context: StoreContext, name: string): SessionRow {
  const file = path.join(context.sessions, name);
  const stat = statOf(context, file) ?? { mtimeMs: 0 };
  return bareRow(context, path.basename(name, '.json'), stat, { kind: 'damaged', detail: 'its name is not a session id', path: file });
}

/** A row for what has no readable content, dated by its file and shown in the store's own folder. */
function bareRow(context: StoreContext, id: string, stat: Pick<FileStat, 'mtimeMs'>, problem: Problem): SessionRow {
  const moment = new Date(stat.mtimeMs).toISOString();
  return {
    version: problem.kind === 'newer' ? recordVersion + 1 : recordVersion,
    revision: 0,
    id,
    title: '',
    title_source: 'auto',
    backend: '',
    status: 'error',
    created_at: moment,
    last_used_at: moment,
    workdir: path.dirname(context.root),
    prompt: '',
    token_usage: noTokens,
    cost_usd: null,
    turn_count: 0,
    message_count: 0,
    tags: [],
    pinned: false,
    archived: false,
    settings: {},
    metadata: {},
    source: 'skein',
    last_used: moment,
    tokens: 0,
    path: context.root,
    problem,
  };
}

export function rowOf(context: StoreContext, record: ShownRecord, problem?: Problem): SessionRow {
  const { last_used_at: last_used, token_usage: usage } = record;
  const row = { ...record, source: 'skein', last_used, tokens: usage.total, path: context.root };
  return problem === undefined ? row : { ...row, problem };
}

function newer(version: number, file: string): Problem {
  return { kind: 'newer', detail: `it has version ${String(version)}, which this program can show but not change`, path: file };
}

function statOf(context: StoreContext, file: string): FileStat | undefined {
  try {
    return context.port.lstatSync(file);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** What the list index keeps of a row. */
export function briefOfRow(row: SessionRow): SessionBrief {
  const { id, backend, status, model = '', workdir, tags, archived, pinned, tokens, cost_usd, problem } = row;
  const [created, last_used] = [Date.parse(row.created_at), Date.parse(row.last_used)];
  return {
    id,
    backend,
    status,
    model,
    workdir,
    tags,
    archived,
    pinned,
    created,
    last_used,
    tokens,
    cost_usd,
    problem: problem !== undefined,
  };
}
