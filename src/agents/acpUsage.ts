import * as z from 'zod';
import type { StopReason } from '../model/entry.js';
import { noTokens, type MessageUsage } from '../model/usage.js';

const stopReasons = ['end_turn', 'max_tokens', 'max_turn_requests', 'refusal', 'cancelled'] as const satisfies readonly StopReason[];
const count = z.number().nonnegative().nullish().catch(undefined);

const usageSchema = z.looseObject({
  inputTokens: z.number(),
  outputTokens: z.number(),
  totalTokens: z.number(),
  thoughtTokens: count,
  cachedReadTokens: count,
  cachedWriteTokens: count,
});
const quotaSchema = z.looseObject({
  quota: z.looseObject({ token_count: z.looseObject({ input_tokens: z.number(), output_tokens: z.number() }) }),
});

/** The end of a turn. A stop reason that we do not know is an end like any other. */
export const promptResponseSchema = z.looseObject({
  stopReason: z.enum(stopReasons).catch('end_turn'),
  usage: usageSchema.nullish().catch(undefined),
  _meta: z.unknown().optional(),
});
export type PromptResponse = z.infer<typeof promptResponseSchema>;

/** What a turn used; `undefined` when the agent says nothing of it. `input` includes the cached tokens, as in a record. */
export function usageOf({ usage, _meta }: PromptResponse, cost: number | null): MessageUsage | undefined {
  if (usage) {
    const cachedRead = usage.cachedReadTokens ?? 0;
    const cache = cachedRead + (usage.cachedWriteTokens ?? 0);
    // Anthropic counts cached tokens beside the input, OpenAI in it; the total tells which.
    const beside = usage.totalTokens >= usage.inputTokens + usage.outputTokens + cache;
    return {
      input: usage.inputTokens + (beside ? cache : 0),
      output: usage.outputTokens,
      cached: cachedRead,
      reasoning: usage.thoughtTokens ?? 0,
      total: usage.totalTokens,
      cost_usd: cost,
    };
  }
  const meta = quotaSchema.safeParse(_meta);
  if (meta.success) {
    // gemini's own place for it.
    const { input_tokens: input, output_tokens: output } = meta.data.quota.token_count;
    return { ...noTokens, input, output, total: input + output, cost_usd: cost };
  }
  return cost === null ? undefined : { ...noTokens, cost_usd: cost };
}
