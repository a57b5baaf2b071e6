import * as z from 'zod';
import { sessionRecordSchema } from './record.js';

/** Who holds the right to run turns in a session right now. */
export const holderSchema = z.looseObject({
  program: z.string(),
  /** `cli`, `window:<id>`, …: which one of that program's. */
  surface: z.string().optional(),
  host: z.string(),
  pid: z.number().int(),
  started_at: z.string(),
  state: z.enum(['running', 'waiting']).default('running'),
});
export type Holder = z.infer<typeof holderSchema>;

/** Why a session cannot be read whole. `damaged` has lost something, `salvaged` was rebuilt from what is left. */
export const problemSchema = z.looseObject({
  kind: z.enum(['damaged', 'salvaged', 'orphaned', 'newer', 'unreadable']),
  detail: z.string(),
  path: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

/**
 * One session in a list: a record, or what stands in for one. Ids of other programs' sessions are `<source>:<own id>`.
 * `last_used` and `tokens` repeat `last_used_at` and `token_usage.total` for the scripts of the published `--json`.
 */
export const sessionRowSchema = sessionRecordSchema.extend({
  version: z.number().int(),
  id: z.string().min(1),
  source: z.string(),
  last_used: z.string(),
  tokens: z.number(),
  /** The store folder it lives in (ours) or the file it was read from (another program's). */
  path: z.string(),
  /** Set when it belongs to another worktree of the same repository: that worktree's folder. */
  worktree: z.string().optional(),
  running: holderSchema.optional(),
  problem: problemSchema.optional(),
});
export type SessionRow = z.infer<typeof sessionRowSchema>;
