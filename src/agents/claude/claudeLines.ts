import * as z from 'zod';

/** The lines of `claude`'s stream-json mode that we read, as versions 2.1.316 to 2.1.330 write them. Others are passed over. */

const count = z.number().nonnegative().nullish().catch(undefined);
export const claudeUsageSchema = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens_details: z.looseObject({ thinking_tokens: count }).nullish().catch(undefined),
});
export type ClaudeUsage = z.infer<typeof claudeUsageSchema>;

/** A line is of a sub-agent when this is set. */
const parent = z.string().nullish();

export const streamLineSchema = z.looseObject({
  parent_tool_use_id: parent,
  event: z.discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('message_start'),
      message: z.looseObject({ id: z.string(), model: z.string(), usage: claudeUsageSchema.optional().catch(undefined) }),
    }),
    z.looseObject({
      type: z.literal('content_block_start'),
      content_block: z.looseObject({ type: z.string(), id: z.string().optional(), name: z.string().optional() }),
    }),
    z.looseObject({
      type: z.literal('content_block_delta'),
      delta: z.looseObject({ type: z.string(), text: z.string().optional(), thinking: z.string().optional() }),
    }),
    z.looseObject({ type: z.literal('message_delta'), usage: claudeUsageSchema.optional().catch(undefined) }),
    z.looseObject({ type: z.enum(['content_block_stop', 'message_stop', 'ping', 'error']) }),
  ]),
});
export type StreamEvent = z.infer<typeof streamLineSchema>['event'];

const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().optional(),
});
export type ClaudeBlock = z.infer<typeof blockSchema>;

export const assistantLineSchema = z.looseObject({
  parent_tool_use_id: parent,
  is_api_error_message: z.boolean().optional(),
  message: z.looseObject({ id: z.string(), content: z.array(blockSchema) }),
});

export const userLineSchema = z.looseObject({
  message: z.looseObject({ content: z.union([z.string(), z.array(blockSchema)]) }),
  tool_use_result: z.unknown().optional(),
  tool_result_meta: z
    .array(
      z.looseObject({
        id: z.string(),
        permission_decision: z.looseObject({ decision: z.string() }).optional(),
      }),
    )
    .optional()
    .catch(undefined),
});
export type UserLine = z.infer<typeof userLineSchema>;

export const systemLineSchema = z.looseObject({
  subtype: z.string(),
  model: z.string().optional(),
  permissionMode: z.string().optional(),
  title: z.string().nullish(),
  attempt: z.number().optional(),
  max_retries: z.number().optional(),
  error_status: z.number().nullish(),
});
export type SystemLine = z.infer<typeof systemLineSchema>;

export const resultLineSchema = z.looseObject({
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().optional(),
  errors: z.array(z.string()).optional().catch(undefined),
  stop_reason: z.string().nullish(),
  total_cost_usd: z.number().optional(),
  usage: claudeUsageSchema.optional().catch(undefined),
  modelUsage: z
    .record(z.string(), z.looseObject({ contextWindow: z.number().optional() }))
    .optional()
    .catch(undefined),
  user_message_uuid: z.string().optional(),
  user_message_uuids: z.array(z.string()).optional(),
});
export type ResultLine = z.infer<typeof resultLineSchema>;

/** What it asks before it uses a tool. */
export const toolQuestionSchema = z.looseObject({
  tool_name: z.string(),
  tool_use_id: z.string(),
  input: z.record(z.string(), z.unknown()),
  /** For a tool of an MCP server: its name, and where it is from. */
  mcp_server: z.unknown().optional(),
});
export type ToolQuestion = z.infer<typeof toolQuestionSchema>;

const modelSchema = z.looseObject({
  value: z.string(),
  resolvedModel: z.string().optional(),
  displayName: z.string(),
  supportedEffortLevels: z.array(z.string()).optional().catch(undefined),
  supportsThinkingOff: z.boolean().optional(),
});
export type ClaudeModel = z.infer<typeof modelSchema>;

/** The answer to `initialize`. */
export const helloSchema = z.looseObject({ models: z.array(modelSchema).catch([]) });
