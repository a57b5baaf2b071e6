import * as z from 'zod';
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

const text = z.string().optional().catch(undefined);
const number = z.number().int().nonnegative().optional().catch(undefined);

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

/** What a sub-agent's `source` says of who started it. */
const spawnSchema = z.object({
  subagent: z.object({
    thread_spawn: z.object({ parent_thread_id: text, agent_nickname: text, agent_role: text }).optional().catch(undefined),
  }),
});

const historyBaseSchema = z.object({
  /** The rollout it points into: a thread's first has the thread's id. */
  thread_id: z.string(),
  end_ordinal_exclusive: number,
  end_byte_offset: number,
});
export type CodexHistoryBase = z.infer<typeof historyBaseSchema>;

/** The first record of a rollout. */
export const codexMetaSchema = z.object({
  id: text,
  timestamp: z.unknown().optional(),
  cwd: text,
  originator: text,
  cli_version: text,
  model: text,
  source: z.union([z.string(), spawnSchema]).optional().catch(undefined),
  parent_thread_id: text,
  agent_nickname: text,
  forked_from_id: text,
  forked_from_ordinal_exclusive: number,
  history_base: historyBaseSchema.optional().catch(undefined),
  git: z.object({ branch: text }).optional().catch(undefined),
});
export type CodexMeta = z.infer<typeof codexMetaSchema> & {
  /** The record's own: where a file's part of the history begins. */
  readonly ordinal?: number | undefined;
};

/** A file's first record; `undefined` where it tells no session. */
export function codexMetaOf({ kind, payload, ordinal }: CodexRecord): CodexMeta | undefined {
  if (kind !== 'session_meta') return undefined;
  const meta = codexMetaSchema.parse(payload);
  return meta.id === undefined && meta.cwd === undefined ? undefined : { ...meta, ordinal };
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
  return meta.forked_from_id ?? meta.parent_thread_id ?? spawnOf(meta)?.parent_thread_id;
}

export const spawnOf = ({ source }: CodexMeta) => (typeof source === 'object' ? source.subagent.thread_spawn : undefined);

const count = z.number().int().nonnegative().catch(0);
const codexTokensSchema = z
  .object({ input_tokens: count, cached_input_tokens: count, output_tokens: count, reasoning_output_tokens: count })
  .transform((tokens): TokenUsage => ({
    input: tokens.input_tokens,
    output: tokens.output_tokens,
    cached: tokens.cached_input_tokens,
    reasoning: tokens.reasoning_output_tokens,
    // Its own total is the window's size after an overflow.
    total: tokens.input_tokens + tokens.output_tokens,
  }));
const tokens = codexTokensSchema.optional().catch(undefined);

/** What one answer of the model used; since 2026. */
export const tokenRecordSchema = z.object({ thread_id: text, response_id: text, usage: tokens, thread_token_usage: tokens });

/** The thread's running total, told after each answer and at other moments too. */
export const tokenCountSchema = z.object({
  info: z.object({ total_token_usage: tokens, last_token_usage: tokens }).nullish().catch(undefined),
});

/** How a turn ended. */
export const turnEndSchema = z.object({ error: z.object({ message: text }).nullish().catch(undefined) });

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

export const looseText = text;
