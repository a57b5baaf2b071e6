import * as z from 'zod';
import { permissionModes } from './permissionMode.js';
import { sendPolicies } from './sendPolicy.js';
import { thinkingLevels } from './thinkingLevel.js';
import { holderSchema, problemSchema, sessionRowSchema } from './row.js';

/** Something doctor found: `kind` says what, `fix` what `--fix` would do, where anything can be done. */
export const findingSchema = z.object({ path: z.string(), kind: z.string(), detail: z.string(), fix: z.string().optional() });

/** A place where a search matched. `ranges` are [start, end) offsets into `line`, in UTF-16 units. */
export const searchHitSchema = z.object({
  row: sessionRowSchema,
  entry: z.string().optional(),
  line: z.string(),
  ranges: z.array(z.tuple([z.number(), z.number()])),
});
export type SearchHit = z.infer<typeof searchHitSchema>;

/** What `clean` does with a session, and why. */
export const cleanRowSchema = z.object({ row: sessionRowSchema, goes: z.boolean(), reason: z.string() });
export type CleanRow = z.infer<typeof cleanRowSchema>;

/** What deleting a session in its own program's store would do: whether it can be done, and be taken back, in words in `detail`. */
export const removalRowSchema = z.object({ row: sessionRowSchema, removable: z.boolean(), restorable: z.boolean(), detail: z.string() });
export type RemovalRow = z.infer<typeof removalRowSchema>;

/** How a store is, ours or another program's: what is wrong in it, and which sessions are held by whom, since `holder.started_at`. */
export const sourceHealthSchema = z.object({
  name: z.string(),
  title: z.string(),
  path: z.string(),
  sessions: z.number(),
  readOnly: z.string().optional(),
  problems: z.array(problemSchema),
  held: z.array(z.object({ id: z.string(), title: z.string(), holder: holderSchema })),
});
export type SourceHealth = z.infer<typeof sourceHealthSchema>;

/** A session and the folder that it is linked to again. */
export const relinkRowSchema = z.object({ row: sessionRowSchema, workdir: z.string() });
export type RelinkRow = z.infer<typeof relinkRowSchema>;

/**
 * Tokens and dollars of one group. `cost_usd` is what the programs noted, `estimated_usd` what the rest would cost by the table of
 * prices; each is `null` where no part of it is known. `unpriced_tokens` are those that neither tells of.
 */
export const usageRowSchema = z.object({
  key: z.string(),
  sessions: z.number(),
  input: z.number(),
  output: z.number(),
  cached: z.number(),
  reasoning: z.number(),
  total: z.number(),
  cost_usd: z.number().nullable(),
  estimated_usd: z.number().nullable(),
  unpriced_tokens: z.number(),
});
export type UsageRow = z.infer<typeof usageRowSchema>;

/** With what a session's next turn would run: its own settings over its agent's defaults. */
export const settingsReportSchema = z.object({
  row: sessionRowSchema,
  model: z.string().optional(),
  thinking_level: z.enum(thinkingLevels).optional(),
  fallbacks: z.array(z.string()),
  permission_mode: z.enum(permissionModes),
  verbose: z.boolean(),
  send_policy: z.enum(sendPolicies),
});
export type SettingsReport = z.infer<typeof settingsReportSchema>;
export type Finding = z.infer<typeof findingSchema>;
