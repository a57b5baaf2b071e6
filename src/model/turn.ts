import * as z from 'zod';
import { entrySchema, planStepSchema, stopReasons, toolCallSchema } from './entry.js';
import { holderSchema } from './row.js';
import { queuedPromptSchema } from './queuedPrompt.js';
import { messageUsageSchema } from './usage.js';

/** One choice of a permission request. `kind` decides its place and key; `id` is what the agent wants back. */
export const permissionOptionSchema = z.looseObject({
  id: z.string(),
  label: z.string(),
  kind: z.enum(['allow_once', 'allow_session', 'allow_always', 'reject_once', 'reject_always']),
});
export type PermissionOption = z.infer<typeof permissionOptionSchema>;

export const permissionRequestSchema = z.looseObject({
  id: z.string(),
  title: z.string(),
  call: toolCallSchema,
  options: z.array(permissionOptionSchema),
  /** The tool of an MCP server that Skein gave the agent, where the agent says that it is one. */
  mcp: z.looseObject({ server: z.string(), tool: z.string() }).optional(),
});
export type PermissionRequest = z.infer<typeof permissionRequestSchema>;

/**
 * What happens while a turn runs. Deltas are for the eye; the `entry` that follows is what the transcript keeps,
 * and replaces what streamed under the same id.
 */
export const turnUpdateSchema = z.discriminatedUnion('kind', [
  /** `holder`: another process runs it, and it is followed here. */
  z.object({
    kind: z.literal('started'),
    entry: entrySchema,
    backend: z.string(),
    model: z.string().optional(),
    holder: holderSchema.optional(),
  }),
  z.object({ kind: z.literal('text'), id: z.string(), delta: z.string() }),
  z.object({ kind: z.literal('thinking'), id: z.string(), delta: z.string() }),
  z.object({ kind: z.literal('tool'), call: toolCallSchema }),
  z.object({ kind: z.literal('plan'), id: z.string(), steps: z.array(planStepSchema) }),
  z.object({ kind: z.literal('entry'), entry: entrySchema }),
  z.object({ kind: z.literal('permission'), request: permissionRequestSchema }),
  z.object({ kind: z.literal('permission_done'), id: z.string(), outcome: z.string() }),
  z.object({
    kind: z.literal('usage'),
    usage: messageUsageSchema,
    context_used: z.number().optional(),
    context_size: z.number().optional(),
  }),
  z.object({ kind: z.literal('title'), title: z.string() }),
  z.object({ kind: z.literal('notice'), level: z.enum(['info', 'warning']), text: z.string() }),
  /** The prompts that wait now; comes at rest too. */
  z.object({ kind: z.literal('queue'), queued: z.array(queuedPromptSchema) }),
  z.object({
    kind: z.literal('ended'),
    stop_reason: z.enum(stopReasons),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
  }),
]);
export type TurnUpdate = z.infer<typeof turnUpdateSchema>;
