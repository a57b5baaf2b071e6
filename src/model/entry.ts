import * as z from 'zod';
import { timestampSchema } from './record.js';
import { messageUsageSchema } from './usage.js';

export const contentBlockSchema = z.union([
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('image'), mime_type: z.string(), blob: z.string().optional(), data: z.string().optional() }),
  z.looseObject({ type: z.literal('resource'), uri: z.string(), text: z.string().optional(), title: z.string().optional() }),
]);
export type ContentBlock = z.infer<typeof contentBlockSchema>;

export const toolKinds = ['read', 'edit', 'delete', 'move', 'search', 'execute', 'think', 'fetch', 'other'] as const;
export const toolStatuses = ['pending', 'running', 'completed', 'failed', 'denied', 'cancelled'] as const;

export const diffSchema = z.looseObject({ path: z.string(), old_text: z.string().nullable().optional(), new_text: z.string() });
export type FileDiff = z.infer<typeof diffSchema>;

export const toolCallSchema = z.looseObject({
  id: z.string(),
  kind: z.enum(toolKinds).catch('other'),
  title: z.string(),
  status: z.enum(toolStatuses).catch('completed'),
  input: z.unknown().optional(),
  output: z.string().optional(),
  locations: z.array(z.looseObject({ path: z.string(), line: z.number().int().optional() })).optional(),
  diff: z.array(diffSchema).optional(),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

const base = { id: z.string().min(1), timestamp: timestampSchema, epoch: z.number().int().nonnegative().optional() };

export const planStepSchema = z.looseObject({ text: z.string(), status: z.enum(['todo', 'doing', 'done', 'dropped']) });
export type PlanStep = z.infer<typeof planStepSchema>;

const leaseNameSchema = z.looseObject({ program: z.string(), surface: z.string().optional(), host: z.string(), pid: z.number().int() });

export const stopReasons = ['end_turn', 'max_tokens', 'max_turn_requests', 'refusal', 'cancelled', 'interrupted', 'error'] as const;
export type StopReason = (typeof stopReasons)[number];

/**
 * One line of a transcript. `id` is ours (kept by forks), `source_id` the agent's or the source's own.
 * A line of an unknown type is kept as it is and shown as an unknown entry. Built when it is first used: a list reads no
 * transcript, and making this takes longer than reading fifty records.
 */
export const entrySchema = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.looseObject({
      ...base,
      type: z.literal('session'),
      version: z.literal(1),
      workdir: z.string(),
      backend: z.string(),
      model: z.string().optional(),
      title: z.string(),
      parent: z.looseObject({ id: z.string(), entry: z.string().optional() }).optional(),
    }),
    z.looseObject({
      ...base,
      type: z.literal('message'),
      source_id: z.string().optional(),
      message: z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: z.array(contentBlockSchema) }),
      backend: z.string().optional(),
      model: z.string().optional(),
      usage: messageUsageSchema.optional(),
      /** Usage that another session already counts: a fork's or an adopted session's. */
      inherited: z.looseObject({ from: z.string(), usage: messageUsageSchema }).optional(),
      /** Said by another session's agent: ours is told with its next prompt. */
      announced: z.looseObject({ from: z.string() }).optional(),
      stop_reason: z.enum(stopReasons).catch('end_turn').optional(),
      error: z.string().optional(),
    }),
    z.looseObject({ ...base, type: z.literal('thinking'), text: z.string(), duration_ms: z.number().optional() }),
    z.looseObject({ ...base, type: z.literal('tool_call'), call: toolCallSchema }),
    z.looseObject({ ...base, type: z.literal('plan'), steps: z.array(planStepSchema) }),
    z.looseObject({
      ...base,
      type: z.literal('compact'),
      summary: z.string(),
      reason: z.string().optional(),
      first_kept: z.string().optional(),
      turns_removed: z.number().int().optional(),
      tokens_before: z.number().int().optional(),
      tokens_after: z.number().int().optional(),
    }),
    z.looseObject({ ...base, type: z.literal('reset'), reason: z.string().optional() }),
    /** Any of the record's fields that changed: the record can be rebuilt from these. */
    z.looseObject({ ...base, type: z.literal('info') }),
    z.looseObject({ ...base, type: z.literal('checkpoint') }),
    /** The session was taken over: by `holder`, `from` the one before, whose later lines are set aside. */
    z.looseObject({
      ...base,
      type: z.literal('lease'),
      epoch: z.number().int().nonnegative(),
      holder: leaseNameSchema.optional(),
      from: leaseNameSchema.optional(),
      /** Whether the one before was still running. */
      reason: z.enum(['taken_over', 'died']).optional().catch(undefined),
    }),
  ]),
);
export type Entry = z.infer<typeof entrySchema>;
export type EntryOf<T extends Entry['type']> = Extract<Entry, { type: T }>;
