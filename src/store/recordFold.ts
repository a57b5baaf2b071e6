import type { Entry, EntryOf } from '../model/entry.js';
import { textOf } from '../model/contentText.js';
import { promptLimit, recordVersion, sessionRecordSchema, type SessionRecord } from '../model/record.js';
import { addCost, addTokens, noTokens } from '../model/usage.js';
import { normalizedRecord } from './recordFile.js';

/** What an `info` line never sets: the line's own keys and what belongs to the file rather than the session. */
const reserved = new Set(['type', 'timestamp', 'epoch', 'version', 'revision', 'id', 'transcript', '__proto__']);

/** What the entries add up to: an `info` may set them (an adopted session's), and later entries add to that. */
const counted = ['token_usage', 'cost_usd', 'turn_count', 'message_count'] as const;

/** Which fields of `info` lines a fold takes: all of them, the counts alone (the record was edited: it wins), or none. */
export type InfoFields = 'all' | 'counts' | 'none';

/** The record that a transcript's first line describes. */
export function startRecord(id: string, line: EntryOf<'session'>): SessionRecord {
  return normalizedRecord({
    version: recordVersion,
    revision: 0,
    id,
    title: line.title,
    backend: line.backend,
    model: line.model,
    status: 'created',
    created_at: line.timestamp,
    last_used_at: line.timestamp,
    workdir: line.workdir,
    prompt: '',
    token_usage: noTokens,
    parent_id: line.parent?.id,
    forked_at: line.parent?.entry,
  });
}

/** The record with its counts at zero, to be folded from the transcript's start. */
export function uncounted(record: SessionRecord): SessionRecord {
  return { ...record, token_usage: noTokens, cost_usd: null, turn_count: 0, message_count: 0 };
}

/** The record after one more entry. */
export function foldEntry(record: SessionRecord, entry: Entry, infoFields: InfoFields): SessionRecord {
  if (entry.type === 'session' || entry.type === 'lease') return record;
  if (entry.type === 'info') return infoFields === 'none' ? record : withInfo(record, entry, infoFields);
  const used = laterOf(record.last_used_at, entry.timestamp);
  return entry.type === 'message' ? withMessage({ ...record, last_used_at: used }, entry) : { ...record, last_used_at: used };
}

function withMessage(record: SessionRecord, entry: EntryOf<'message'>): SessionRecord {
  const { role, content } = entry.message;
  const next: SessionRecord = {
    ...record,
    message_count: record.message_count + 1,
    turn_count: record.turn_count + (role === 'user' ? 1 : 0),
    backend: record.backend === '' ? (entry.backend ?? '') : record.backend,
    prompt: record.prompt === '' && role === 'user' ? cut(textOf(content)) : record.prompt,
    // An answer means that there is an agent, or a history that can be replayed to one.
    status: record.status === 'created' && role === 'assistant' ? 'active' : record.status,
  };
  const { usage } = entry;
  if (usage === undefined) return next;
  // An agent that reports no total leaves 0 there.
  const total = usage.total === 0 ? usage.input + usage.output : usage.total;
  const tokens = addTokens(record.token_usage, { ...usage, total });
  return { ...next, token_usage: { ...record.token_usage, ...tokens }, cost_usd: addCost(record.cost_usd, usage.cost_usd) };
}

/** Half a surrogate pair at the cut would not survive being written. */
function cut(text: string): string {
  return text.slice(0, promptLimit).replace(/[\uD800-\uDBFF]$/, '');
}

function laterOf(a: string, b: string): string {
  return Date.parse(b) > Date.parse(a) ? b : a;
}

function withInfo(record: SessionRecord, entry: EntryOf<'info'>, infoFields: InfoFields): SessionRecord {
  const next: Record<string, unknown> = { ...record };
  for (const [key, value] of Object.entries(entry)) {
    if (reserved.has(key) || (infoFields === 'counts' && !counted.some((name) => name === key))) continue;
    if (value === null && key !== 'cost_usd') Reflect.deleteProperty(next, key);
    else next[key] = value;
  }
  // What does not fit, or removes what must be there, is not taken.
  const result = sessionRecordSchema.safeParse(next);
  return result.success ? result.data : record;
}

/** The fields of `next` that an `info` line has to tell, `null` for one that was removed. */
export function changedFields(before: SessionRecord, next: SessionRecord): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(next)])) {
    if (!reserved.has(key) && JSON.stringify(before[key]) !== JSON.stringify(next[key])) fields[key] = next[key] ?? null;
  }
  return fields;
}

/** All fields that an `info` line can tell. */
export function allFields(record: SessionRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => !reserved.has(key) && value !== undefined));
}
