import * as z from 'zod';
import { permissionModes } from './permissionMode.js';
import { sendPolicies } from './sendPolicy.js';
import { sessionIdPattern } from './sessionId.js';
import { sessionStatuses } from './sessionStatus.js';
import { thinkingLevels } from './thinkingLevel.js';
import { tokenUsageSchema } from './usage.js';

/** The newest record version this program writes. A newer one is shown, read-only. */
export const recordVersion = 1;

export const sessionIdSchema = z.string().regex(sessionIdPattern, 'a session id is 32 lower-case hex digits');

/** ISO 8601 in UTC, as `Date.prototype.toISOString` writes it; any ISO time with an offset is read. */
export const timestampSchema = z.iso.datetime({ offset: true });

export const sessionSettingsSchema = z.looseObject({
  model: z.string().optional(),
  /** Models to go on with, in order, where that one fails. */
  fallbacks: z.array(z.string()).optional(),
  thinking_level: z.enum(thinkingLevels).optional(),
  permission_mode: z.enum(permissionModes).optional(),
  verbose: z.boolean().optional(),
  send_policy: z.enum(sendPolicies).optional(),
});
export type SessionSettings = z.infer<typeof sessionSettingsSchema>;

export const originSchema = z.looseObject({ source: z.string(), id: z.string(), path: z.string().optional() });
export type Origin = z.infer<typeof originSchema>;

/**
 * The record of a session: `.skein/sessions/<id>.json`. Unknown keys are kept, so that a newer or another program's
 * additions survive our writes. Tokens are counts, `cost_usd` US dollars with `null` for unknown, times ISO 8601.
 */
export const sessionRecordSchema = z.looseObject({
  version: z.literal(recordVersion),
  revision: z.number().int().nonnegative(),
  id: sessionIdSchema,
  title: z.string(),
  title_source: z.enum(['auto', 'user']).default('auto'),
  backend: z.string().default(''),
  backend_session_id: z.string().optional(),
  model: z.string().optional(),
  status: z.enum(sessionStatuses),
  created_at: timestampSchema,
  last_used_at: timestampSchema,
  workdir: z.string(),
  prompt: z.string(),
  token_usage: tokenUsageSchema,
  cost_usd: z.number().nullable().default(null),
  turn_count: z.number().int().nonnegative().default(0),
  message_count: z.number().int().nonnegative().default(0),
  tags: z.array(z.string()).default([]),
  pinned: z.boolean().default(false),
  archived: z.boolean().default(false),
  parent_id: z.string().optional(),
  forked_at: z.string().optional(),
  origin: originSchema.optional(),
  settings: sessionSettingsSchema.default({}),
  error_message: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).default({}),
  transcript: z.looseObject({ bytes: z.number().int().nonnegative(), last_entry: z.string().optional() }).optional(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Characters of the first prompt that a record keeps. */
export const promptLimit = 500;
