import type { TokenUsage } from '../../model/usage.js';
import { objectOf, timeOf, type JsonObject } from '../jsonValue.js';

/** One line of a rollout. */
export interface CodexRecord {
  /** `session_meta`, `response_item`, `event_msg` and so on. */
  readonly kind: string;
  readonly payload: JsonObject;
  /** As it stands there; the oldest rollouts have none. */
  readonly timestamp: unknown;
  /** Its place in the whole history, inherited part included. */
  readonly ordinal?: number;
}

/**
 * A line's value as a record, whichever version wrote it: with an envelope, or bare as until September 2025. `undefined` is
 * something that is no record.
 */
export function codexRecord(value: unknown): CodexRecord | undefined {
  const line = objectOf(value);
  if ('record_type' in line) return undefined;
  const { timestamp, ordinal } = line;
  const mark = { timestamp, ...(typeof ordinal === 'number' ? { ordinal } : {}) };
  const payload = [line['payload'], line['item']].find((part) => typeof part === 'object' && part !== null);
  if (typeof line['type'] !== 'string')
    return typeof line['id'] === 'string' ? { kind: 'session_meta', payload: line, ...mark } : undefined;
  if (payload !== undefined) return { kind: line['type'], payload: objectOf(payload), ...mark };
  return { kind: 'response_item', payload: line, ...mark };
}

/** A text, if it is one. */
export const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** An id: an empty one names nothing. */
export const idIn = (value: unknown): string | undefined => textIn(value) || undefined;

const numberIn = (value: unknown): number | undefined => (isCount(value) ? value : undefined);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

export interface CodexHistoryBase {
  /** The rollout it points into: a thread's first has the thread's id. */
  readonly thread_id: string;
  readonly end_ordinal_exclusive?: number | undefined;
  readonly end_byte_offset?: number | undefined;
}

/** What a sub-agent's `source` says of who started it. */
interface CodexSpawn {
  readonly parent_thread_id: string | undefined;
  readonly agent_nickname: string | undefined;
  readonly agent_role: string | undefined;
}

/** The first record of a rollout. */
export interface CodexMeta {
  readonly id: string | undefined;
  readonly timestamp: unknown;
  readonly cwd: string | undefined;
  readonly originator: string | undefined;
  readonly cli_version: string | undefined;
  readonly model: string | undefined;
  readonly spawn: CodexSpawn | undefined;
  readonly parent_thread_id: string | undefined;
  readonly agent_nickname: string | undefined;
  readonly forked_from_id: string | undefined;
  readonly forked_from_ordinal_exclusive: number | undefined;
  readonly history_base: CodexHistoryBase | undefined;
  readonly branch: string | undefined;
  /** The record's own: where a file's part of the history begins. */
  readonly ordinal: number | undefined;
}

/** A file's first record; `undefined` where it tells no session. */
export function codexMetaOf({ kind, payload, ordinal }: CodexRecord): CodexMeta | undefined {
  const [id, cwd] = [textIn(payload['id']), textIn(payload['cwd'])];
  if (kind !== 'session_meta' || (id === undefined && cwd === undefined)) return undefined;
  return {
    id,
    timestamp: payload['timestamp'],
    cwd,
    originator: textIn(payload['originator']),
    cli_version: textIn(payload['cli_version']),
    model: textIn(payload['model']),
    spawn: spawnIn(payload['source']),
    parent_thread_id: textIn(payload['parent_thread_id']),
    agent_nickname: textIn(payload['agent_nickname']),
    forked_from_id: textIn(payload['forked_from_id']),
    forked_from_ordinal_exclusive: numberIn(payload['forked_from_ordinal_exclusive']),
    history_base: historyBaseIn(payload['history_base']),
    branch: textIn(objectOf(payload['git'])['branch']),
    ordinal,
  };
}

function spawnIn(source: unknown): CodexSpawn | undefined {
  const spawn = objectOf(objectOf(source)['subagent'])['thread_spawn'];
  if (!isObject(spawn)) return undefined;
  const [nickname, role] = [textIn(spawn['agent_nickname']), textIn(spawn['agent_role'])];
  return { parent_thread_id: textIn(spawn['parent_thread_id']), agent_nickname: nickname, agent_role: role };
}

function historyBaseIn(value: unknown): CodexHistoryBase | undefined {
  const base = objectOf(value);
  const thread_id = textIn(base['thread_id']);
  if (thread_id === undefined) return undefined;
  return { thread_id, end_ordinal_exclusive: numberIn(base['end_ordinal_exclusive']), end_byte_offset: numberIn(base['end_byte_offset']) };
}

/** A record's time as ISO 8601, UTC. */
export const recordTime = (value: unknown): string | undefined => (typeof value === 'string' ? timeOf(value) : undefined);

/** Where the history before this file is; `undefined` where the file has all of it, or a copy. */
export function baseOf(meta: CodexMeta): CodexHistoryBase | undefined {
  const { forked_from_id: thread_id, forked_from_ordinal_exclusive: end } = meta;
  if (meta.history_base) return meta.history_base;
  if (thread_id === undefined || end === undefined || meta.ordinal === undefined || end === 0 || meta.ordinal < end) return undefined;
  return { thread_id, end_ordinal_exclusive: end };
}

/** The thread that started this one as its sub-agent, or that it was forked from. */
export function parentOf(meta: CodexMeta): string | undefined {
  return meta.forked_from_id ?? meta.parent_thread_id ?? meta.spawn?.parent_thread_id;
}

function tokensIn(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const [input, output] = [numberIn(value['input_tokens']) ?? 0, numberIn(value['output_tokens']) ?? 0];
  const [cached, reasoning] = [numberIn(value['cached_input_tokens']) ?? 0, numberIn(value['reasoning_output_tokens']) ?? 0];
  // Its own total is the window's size after an overflow.
  return { input, output, cached, reasoning, total: input + output };
}

/** What one answer of the model used, and the thread's total with it; since 2026. */
export function tokenRecordOf(payload: JsonObject) {
  const [id, usage, total] = [payload['response_id'], payload['usage'], payload['thread_token_usage']];
  return { response_id: textIn(id), usage: tokensIn(usage), thread_token_usage: tokensIn(total) };
}

/** The thread's running total and the last answer's part, told after each answer and at other moments too. */
export function tokenCountOf(payload: JsonObject) {
  const info = objectOf(payload['info']);
  return { total: tokensIn(info['total_token_usage']), last: tokensIn(info['last_token_usage']) };
}

/** Why a turn that ended failed. */
export const turnErrorOf = (payload: JsonObject): string | undefined => textIn(objectOf(payload['error'])['message']);

/** The texts of a record of strings or of `{text}` objects; anything else in it is passed over. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((part: unknown) => {
    if (typeof part === 'string') return [part];
    const said = objectOf(part)['text'];
    return typeof said === 'string' ? [said] : [];
  });
}
