import { readFileSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { autoTitle } from '../../model/autoTitle.js';
import type { SessionStatus } from '../../model/sessionStatus.js';
import type { SessionRow } from '../../model/row.js';
import { readFileEnds } from '../fileEnds.js';
import type { RowFile } from '../fileRows.js';
import { damagedForeignRow, foreignRow } from '../foreignRow.js';
import { jsonElements, jsonMembers, partValue } from '../jsonPart.js';
import { arrayOf, countOf, memberOf, objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';
import { isPersonsMessage, messageText } from './openclackyMessage.js';
import { promptStart } from '../promptStart.js';

/** A session file as a list needs it. Its row is named by the session's id, else by the file's stem. */
export interface OpenclackyFile {
  /** Absent where there is none, or none that could be part of a file's name. */
  readonly sessionId: string | undefined;
  readonly row: SessionRow;
  /** The text breaks off: the program is writing, or died of it. */
  readonly isTorn: boolean;
}

/** Bytes looked at: enough for all but the prompt, and for that behind most system prompts. */
const headBytes = 32 * 1024;
const tailBytes = 128;
const buffer = Buffer.allocUnsafe(headBytes + tailBytes);

/** What a file's beginning and end tell. */
export function readOpenclackyFile(file: RowFile, isTrashed: boolean): OpenclackyFile {
  const { path, stat } = file;
  const stem = basename(path, '.json');
  const ends = readFileEnds(file, headBytes, tailBytes, buffer);
  const tail = (ends.isWhole ? ends.head : ends.tail).toString('utf8');
  const isTorn = !endsWhole(ends.head, tail);
  const seen = readHead(ends.head);
  // Another tool sorted its members: what tells the session stands behind the messages.
  const { fields, prompt, hasBadText } = seen.isBehind && !isTorn ? readWhole(readFileSync(path)) : seen;
  const damaged = (detail: string): SessionRow => damagedForeignRow('openclacky', stem, { kind: 'damaged', detail, path }, stat.mtimeMs);
  if (stat.size === 0) return { sessionId: undefined, row: damaged('the file is empty'), isTorn: true };
  const sessionId = /^[\w][\w.-]*$/.exec(stringOf(fields['session_id']))?.[0];
  if (Object.keys(fields).length === 0) return { sessionId, row: damaged('the file does not hold a session'), isTorn };
  const problem = isTorn
    ? 'the file breaks off'
    : sessionId === undefined
      ? 'the session has no id'
      : hasBadText
        ? 'the file is not UTF-8'
        : undefined;
  const row = rowOf(sessionId ?? stem, path, stat, isTrashed ? { ...fields, deleted_at: deletedAt(tail) } : fields, prompt);
  return {
    sessionId,
    isTorn,
    row: problem === undefined ? row : { ...row, title: row.title || stem, problem: { kind: 'damaged', detail: problem, path } },
  };
}

interface OpenclackyHead {
  readonly fields: JsonObject;
  readonly prompt: string;
  readonly hasBadText: boolean;
  /** The text ends in the messages, and no id came before them. */
  readonly isBehind: boolean;
}

const messagesKey = Buffer.from('"messages"');
const userRoles = [Buffer.from('"role": "user"'), Buffer.from('"role":"user"')] as const;

/** Searched for bytes, so that of some thirty kilobytes only the few values that matter become text. */
function readHead(head: Buffer): OpenclackyHead {
  const at = head.indexOf(messagesKey);
  const read = readFields(head.toString('utf8', 0, at === -1 ? undefined : at + messagesKey.length + 16));
  return at === -1 || read.isInMessages ? { ...read, prompt: firstPrompt(head, at) } : readWhole(head);
}

const readWhole = (bytes: Buffer): OpenclackyHead => ({
  ...readFields(bytes.toString('utf8')),
  prompt: firstPrompt(bytes, bytes.indexOf(messagesKey)),
});

function readFields(text: string) {
  const fields: Record<string, unknown> = {};
  let isInMessages = false;
  for (const member of jsonMembers(text)) {
    isInMessages = member.key === 'messages' && !member.isWhole;
    if (member.isWhole && member.key !== 'messages') fields[member.key] = partValue(text, member);
  }
  const texts = [fields['name'], fields['working_dir'], fields['session_id']].map(stringOf);
  return {
    fields,
    isInMessages,
    isBehind: isInMessages && fields['session_id'] === undefined,
    hasBadText: texts.some((value) => value.includes('\uFFFD')),
  };
}

function firstPrompt(bytes: Buffer, messagesAt: number): string {
  if (messagesAt === -1) return '';
  // With the space as the program writes it, without as other tools do. Inside of a text its quotes would be escaped.
  const role = userRoles[isIndented(bytes) ? 0 : 1];
  for (let at = bytes.indexOf(role, messagesAt); at !== -1; at = bytes.indexOf(role, at + 1)) {
    const text = `[${bytes.toString('utf8', bytes.lastIndexOf(0x7b, at))}`;
    const [part] = jsonElements(text);
    const message = part ? objectOf(partValue(text, part)) : {};
    if (isPersonsMessage(message)) return promptStart(messageText(message));
  }
  return '';
}

/** Indented as the program writes it, the last bracket stands alone; in any other layout it is at least the last character. */
const endsWhole = (head: Buffer, tail: string): boolean => (isIndented(head) ? /(^|\n)\}\s*$/ : /[\]}]\s*$/).test(tail);

const isIndented = (head: Buffer): boolean => /^\s*\{\r?\n/.test(head.toString('latin1', 0, 16));

/** When a session went to the trash: its last member. */
const deletedAt = (tail: string): string => timeOf(/"deleted_at"\s*:\s*"([^"]{1,40})"/.exec(tail)?.[1]) ?? '';

const statuses: Readonly<Record<string, SessionStatus>> = {
  success: 'completed',
  exited: 'completed',
  error: 'error',
  interrupted: 'paused',
};

function rowOf(ownId: string, path: string, stat: Stats, fields: JsonObject, prompt: string): SessionRow {
  const stats = objectOf(fields['stats']);
  const config = objectOf(fields['config']);
  const updated = timeOf(fields['updated_at']) ?? timeOf(fields['created_at']) ?? stat.mtime.toISOString();
  const name = stringOf(fields['name']);
  const error = stringOf(stats['last_error']);
  const cost = stats['total_cost_usd'];
  const model = stringOf(config['sub_model']) || stringOf(config['model_name']);
  const sessionId = stringOf(fields['session_id']);
  return foreignRow({
    source: 'openclacky',
    ownId,
    path,
    last_used_at: updated,
    created_at: timeOf(fields['created_at']) ?? updated,
    title: name || autoTitle(prompt),
    title_source: isAutoName(name, prompt) ? 'auto' : 'user',
    backend: 'openclacky',
    ...(sessionId === '' ? {} : { backend_session_id: sessionId }),
    ...(model === '' ? {} : { model }),
    status: memberOf(statuses, stringOf(stats['last_status'])) ?? 'active',
    workdir: stringOf(fields['working_dir']),
    prompt,
    cost_usd: typeof cost === 'number' && cost >= 0 ? cost : null,
    turn_count: countOf(stats['total_tasks']),
    pinned: fields['pinned'] === true,
    archived: 'deleted_at' in fields || fields['hidden'] === true,
    ...(error === '' ? {} : { error_message: error }),
    metadata: metadataOf(fields),
  });
}

/** openclacky names a session by the first 30 characters of its first prompt. */
const isAutoName = (name: string, prompt: string): boolean => name === '' || prompt.startsWith(name.replace(/(…|\.\.\.)$/, ''));

function metadataOf(fields: JsonObject): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key of ['source', 'agent_profile', 'project_id'] as const) if (stringOf(fields[key])) kept[key] = fields[key];
  if ('deleted_at' in fields) kept['deleted_at'] = fields['deleted_at'];
  if (fields['hidden'] === true) kept['hidden'] = true;
  const open = arrayOf(fields['todos']).filter((todo) => objectOf(todo)['status'] !== 'completed').length;
  if (open > 0) kept['open_todos'] = open;
  return kept;
}
