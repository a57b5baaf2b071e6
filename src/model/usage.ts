import * as z from 'zod';

const count = z.number().int().nonnegative();

/** Tokens, as counts. `total` is what the agent reported, else input + output. */
export const tokenUsageSchema = z.looseObject({
  input: count.default(0),
  output: count.default(0),
  cached: count.default(0),
  reasoning: count.default(0),
  total: count.default(0),
});
export type TokenUsage = z.infer<typeof tokenUsageSchema>;

/**
 * Usage of one message: tokens, and US dollars where known (`null` is unknown, never 0). `cost_estimated`: by the tables of prices,
 * since nobody told.
 */
export const messageUsageSchema = tokenUsageSchema.extend({
  cost_usd: z.number().nullable().optional(),
  cost_estimated: z.boolean().optional(),
});
export type MessageUsage = z.infer<typeof messageUsageSchema>;

export const noTokens: TokenUsage = { input: 0, output: 0, cached: 0, reasoning: 0, total: 0 };

export function addTokens(a: TokenUsage, b: Partial<TokenUsage>): TokenUsage {
  const total = b.total ?? (b.input ?? 0) + (b.output ?? 0);
  return {
    input: a.input + (b.input ?? 0),
    output: a.output + (b.output ?? 0),
    cached: a.cached + (b.cached ?? 0),
    reasoning: a.reasoning + (b.reasoning ?? 0),
    total: a.total + total,
  };
}

/** Adds dollars; a sum with an unknown part that has no known part stays unknown. */
export function addCost(a: number | null, b: number | null | undefined): number | null {
  if (b === null || b === undefined) return a;
  return (a ?? 0) + b;
}
