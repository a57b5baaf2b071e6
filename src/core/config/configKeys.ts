import * as z from 'zod';
import { endpointProtocolSchema, endpointUrlSchema, keyVariableSchema } from '../../agents/endpoint.js';
import { permissionModes } from '../../model/permissionMode.js';
import { sendPolicies } from '../../model/sendPolicy.js';
import { thinkingLevels } from '../../model/thinkingLevel.js';

export interface ConfigKey {
  readonly schema: z.ZodType;
  /** What holds where nothing is set; absent: unset. */
  readonly fallback?: unknown;
  readonly about: string;
  /**
   * Who may set it: a folder's own file can come from a stranger, so what starts programs, says where things are kept or
   * loosens is read from `$SKEIN_HOME` alone.
   */
  readonly homeOnly?: boolean;
  /** For a limit: the tighter of two values. A folder's own counts where it tightens what holds without it. */
  readonly tighter?: (a: unknown, b: unknown) => unknown;
}

const text = z.string().min(1);
const texts = z.array(z.string());
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time is HH:MM');
const resetMode = z.enum(['off', 'idle', 'daily']);
const least = (a: unknown, b: unknown): unknown => Math.min(Number(a), Number(b));
/** The one that comes first in the list. */
const firstOf =
  (...order: readonly string[]) =>
  (a: unknown, b: unknown): unknown =>
    order.find((value) => value === a || value === b);

/** Settings of one budget: `budget.<session|folder|day|tag.name>.<one of these>`. */
export const budgetKeys: Readonly<Record<'usd' | 'tokens' | 'mode', ConfigKey>> = {
  usd: { schema: z.number().nonnegative(), about: 'most US dollars', tighter: least },
  tokens: { schema: z.number().int().nonnegative(), about: 'most tokens', tighter: least },
  mode: {
    schema: z.enum(['soft', 'hard']),
    fallback: 'soft',
    about: 'what happens when it is spent: soft warns, hard stops before the next prompt',
    tighter: firstOf('hard', 'soft'),
  },
};

const budget = (of: string): Readonly<Record<string, ConfigKey>> =>
  Object.fromEntries(Object.entries(budgetKeys).map(([name, key]) => [`budget.${of}.${name}`, key]));

/** Every setting: one line each. Names, types and defaults are the published ones. */
export const configKeys: Readonly<Record<string, ConfigKey>> = {
  default_backend: { schema: text, about: 'agent of new sessions; unset: the first one found, else the demo' },
  'session.auto_resume': { schema: z.boolean(), fallback: false, about: 'skein "prompt" goes on with the last session of the folder' },
  'session.retention_days': {
    schema: z.number().int().nonnegative(),
    fallback: 0,
    about: 'days after the last use that clean keeps; 0: for ever',
  },
  'session.store_token_usage': { schema: z.boolean(), fallback: true, about: 'write token usage and cost into transcripts' },
  'session.default_tags': { schema: texts, fallback: [], about: 'tags of new sessions; ${USER} is filled in' },
  'context.history_limit': {
    schema: z.number().int().nonnegative(),
    fallback: 0,
    about: 'turns sent to an agent that cannot resume; 0: all',
  },
  'context.replay_tokens': {
    schema: z.number().positive(),
    fallback: 0.5,
    about: 'tokens of history sent to an agent that cannot resume; up to 1: a part of what its model can hold',
  },
  'compaction.mode': { schema: z.enum(['auto', 'manual', 'prune', 'off']), fallback: 'auto', about: 'when a long session is compacted' },
  'compaction.threshold': { schema: z.number().gt(0).max(1), fallback: 0.85, about: 'part of the context that triggers a compaction' },
  'compaction.keep_recent': { schema: z.number().int().nonnegative(), fallback: 4, about: 'turns that a compaction keeps whole' },
  'compaction.min_messages': { schema: z.number().int().nonnegative(), fallback: 10, about: 'messages below which nothing is compacted' },
  'compaction.summary_max_tokens': { schema: z.number().int().positive(), fallback: 4000, about: 'longest summary, in tokens' },
  'compaction.adaptive_chunking': { schema: z.boolean(), fallback: true, about: 'summarise a very long session in parts' },
  'reset.mode': { schema: resetMode, fallback: 'off', about: 'when a session starts afresh by itself' },
  'reset.idle_hours': { schema: z.number().positive(), fallback: 72, about: 'hours without use, for the mode idle' },
  'reset.daily_window': { schema: z.strictObject({ start: time, end: time }), about: 'time of day, for the mode daily' },
  'reset.by_agent': { schema: z.record(z.string(), resetMode), fallback: {}, about: 'reset mode by agent' },
  'reset.by_tag': { schema: z.record(z.string(), resetMode), fallback: {}, about: 'reset mode by tag' },
  'reset.preserve_settings': { schema: z.boolean(), fallback: true, about: 'keep model, mode and tags over a reset' },
  'reset.notify': { schema: z.boolean(), fallback: true, about: 'say when a session was reset' },
  'store.location': {
    schema: z.enum(['workspace', 'home']),
    fallback: 'workspace',
    about: 'keep sessions in the folder or in $SKEIN_HOME',
    homeOnly: true,
  },
  send_policy: {
    schema: z.enum(sendPolicies),
    fallback: 'queue',
    about: 'what a session that is running does with a message: take it afterwards, or refuse it',
    tighter: firstOf('refuse', 'queue'),
  },
  'mcp.send': {
    schema: z.enum(['ask', 'allow', 'deny']),
    fallback: 'ask',
    about: 'whether agents may send to sessions and start some',
    tighter: firstOf('deny', 'ask', 'allow'),
  },
  'mcp.max_depth': {
    schema: z.number().int().nonnegative(),
    fallback: 2,
    about: 'how many sessions may stand between a person and a session',
    tighter: least,
  },
  'mcp.max_spawned': {
    schema: z.number().int().nonnegative(),
    fallback: 20,
    about: 'most sessions that one session and its children may start',
    tighter: least,
  },
  'mcp.max_cost_usd': { schema: z.number().nonnegative(), about: 'most US dollars that they may cost; unset: any', tighter: least },
  ...budget('session'),
  ...budget('folder'),
  ...budget('day'),
  'store.path': { schema: text, about: 'keep the sessions of every folder here', homeOnly: true },
};

/** Settings of one agent: `agents.<name>.<one of these>`. */
export const agentKeys: Readonly<Record<string, ConfigKey>> = {
  command: { schema: text, about: 'program that speaks the Agent Client Protocol', homeOnly: true },
  args: { schema: texts, about: 'its arguments', homeOnly: true },
  env: { schema: z.record(z.string(), z.string()), about: 'its environment, on top of yours', homeOnly: true },
  'endpoint.url': { schema: endpointUrlSchema, about: 'a model behind an HTTP API, instead of a program: its address', homeOnly: true },
  'endpoint.protocol': { schema: endpointProtocolSchema, about: 'what it speaks; unset: openai', homeOnly: true },
  'endpoint.key_env': { schema: keyVariableSchema, about: 'the environment variable that holds its key', homeOnly: true },
  'defaults.model': { schema: text, about: 'model of its sessions' },
  'defaults.fallbacks': { schema: texts, about: 'models to go on with where one fails' },
  'defaults.thinking_level': { schema: z.enum(thinkingLevels), about: 'how much it thinks' },
  'defaults.permission_mode': { schema: z.enum(permissionModes), about: 'what it may do unasked' },
};
