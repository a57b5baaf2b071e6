import * as z from 'zod';

/** What `codex app-server` sends, as far as we read it; a field that does not parse is not there. Seen with 0.166 and 0.169. */
const text = z.string().nullish().catch(undefined);

export const codexThreadSchema = z.looseObject({ thread: z.looseObject({ id: z.string() }), model: text });
export const codexTurnStartSchema = z.looseObject({ turn: z.looseObject({ id: z.string() }) });

const turnErrorSchema = z.looseObject({
  message: z.string(),
  /** A word, or an object of one field that is the word. */
  codexErrorInfo: z.unknown().optional(),
  additionalDetails: text,
});
export type CodexTurnError = z.infer<typeof turnErrorSchema>;

/** A part of a turn; what it holds depends on its type. */
export const codexItemSchema = z.looseObject({ type: z.string(), id: z.string() });
export type CodexItem = z.infer<typeof codexItemSchema>;

/** A thread's turns, for the one that a message belongs to. */
export const codexHistorySchema = z.looseObject({
  thread: z.looseObject({ turns: z.array(z.looseObject({ id: z.string(), items: z.array(codexItemSchema) })) }),
});

const itemEventSchema = z.looseObject({ item: codexItemSchema });
const deltaSchema = z.looseObject({ itemId: z.string(), delta: z.string() });
const tokensSchema = z.looseObject({
  totalTokens: z.number(),
  inputTokens: z.number(),
  cachedInputTokens: z.number(),
  outputTokens: z.number(),
  reasoningOutputTokens: z.number(),
});
export type CodexTokens = z.infer<typeof tokensSchema>;

/** The parameters of each notification of a turn that we read. */
export const codexEvents = {
  'item/agentMessage/delta': deltaSchema,
  'item/reasoning/summaryTextDelta': deltaSchema,
  'item/reasoning/textDelta': deltaSchema,
  'item/reasoning/summaryPartAdded': z.looseObject({ itemId: z.string(), summaryIndex: z.number() }),
  'item/commandExecution/outputDelta': deltaSchema,
  'item/started': itemEventSchema,
  'item/completed': itemEventSchema,
  'turn/plan/updated': z.looseObject({ plan: z.array(z.looseObject({ step: z.string(), status: z.string() })) }),
  'thread/tokenUsage/updated': z.looseObject({
    tokenUsage: z.looseObject({ total: tokensSchema, last: tokensSchema, modelContextWindow: z.number().nullish() }),
  }),
  'model/rerouted': z.looseObject({ toModel: z.string() }),
  error: z.looseObject({ error: turnErrorSchema, willRetry: z.boolean() }),
  'turn/completed': z.looseObject({ turn: z.looseObject({ id: z.string(), status: z.string(), error: turnErrorSchema.nullish() }) }),
} as const;

export const codexWarningSchema = z.looseObject({ message: text, summary: text, details: text });
export const codexNameSchema = z.looseObject({ threadName: text });

export const codexModelsSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      model: z.string(),
      displayName: z.string(),
      hidden: z.boolean().catch(false),
      supportedReasoningEfforts: z.array(z.looseObject({ reasoningEffort: z.string() })).catch([]),
    }),
  ),
});
export type CodexModel = z.infer<typeof codexModelsSchema>['data'][number];

/** What it asks the person for, of every kind of question that we answer. */
export const codexQuestionSchema = z.looseObject({
  threadId: z.string(),
  itemId: text,
  approvalId: text,
  reason: text,
  command: text,
  permissions: z.unknown().optional(),
  message: text,
  requestedSchema: z
    .looseObject({ required: z.array(z.string()).optional() })
    .optional()
    .catch(undefined),
});
export type CodexQuestion = z.infer<typeof codexQuestionSchema>;
