import * as z from 'zod';
import { entrySchema } from './entry.js';
import { queuedPromptSchema } from './queuedPrompt.js';
import { holderSchema, problemSchema, sessionRowSchema } from './row.js';
import { turnUpdateSchema } from './turn.js';

/** A session opened for reading: what a panel shows. `seq` is the last update it contains. */
export const snapshotSchema = z.object({
  row: sessionRowSchema,
  entries: z.array(entrySchema),
  /** Updates of the running turn that are not entries yet. */
  live: z.array(turnUpdateSchema),
  /** A turn runs here. */
  running: z.boolean(),
  /** Another process runs a turn: `live` and the updates are what it writes down of it. */
  holder: holderSchema.optional(),
  /** Entries that could not be read. */
  skipped: z.array(problemSchema),
  seq: z.number(),
  draft: z.string().optional(),
  /** Prompts that wait for the running turn; absent where there are none. */
  queued: z.array(queuedPromptSchema).optional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
