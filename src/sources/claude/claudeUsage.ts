import { addTokens, noTokens, type MessageUsage, type TokenUsage } from '../../model/usage.js';
import { countOf, objectOf, type JsonObject } from '../jsonValue.js';

/** Tokens of one message. The API counts what it read from and wrote to its cache beside the input. */
export function messageTokens(usage: JsonObject): TokenUsage {
  return tokens({
    fresh: countOf(usage['input_tokens']),
    written: countOf(usage['cache_creation_input_tokens']),
    read: countOf(usage['cache_read_input_tokens']),
    output: countOf(usage['output_tokens']),
    thought: countOf(objectOf(usage['output_tokens_details'])['thinking_tokens']),
  });
}

/** What a session had cost when one of its processes ended: a sum from its beginning, its sub-agents and its parent's part included. */
export interface CostState {
  readonly usd: number | null;
  readonly tokens: TokenUsage;
  /** Milliseconds since the epoch: when the first process of the session, or of the session it is a fork of, began. */
  readonly began: number;
  /** The model that wrote the most. */
  readonly model?: string;
}

/** A `cost-state` record. */
export function costStateOf(record: JsonObject): CostState {
  let sum = noTokens;
  let most = { output: -1, model: '' };
  for (const [model, value] of Object.entries(objectOf(record['modelUsage']))) {
    const usage = objectOf(value);
    const output = countOf(usage['outputTokens']);
    sum = addTokens(
      sum,
      tokens({
        fresh: countOf(usage['inputTokens']),
        written: countOf(usage['cacheCreationInputTokens']),
        read: countOf(usage['cacheReadInputTokens']),
        output,
        thought: countOf(usage['thinkingTokens']),
      }),
    );
    if (output > most.output) most = { output, model };
  }
  const cost = record['totalCostUSD'];
  // A model without a known price counts as free in the sum: then the sum is no cost.
  const usd = typeof cost === 'number' && cost >= 0 && record['hasUnknownModelCost'] !== true ? cost : null;
  return { usd, tokens: sum, began: countOf(record['startTime']), ...(most.model !== '' && { model: most.model }) };
}

/** What was used between two states of one session. */
export function costSince(before: CostState, after: CostState): { readonly usd: number | null; readonly tokens: TokenUsage } {
  const less = (key: keyof TokenUsage): number => Math.max(0, countOf(after.tokens[key]) - countOf(before.tokens[key]));
  return {
    usd: before.usd === null || after.usd === null ? null : Math.max(0, after.usd - before.usd),
    tokens: { input: less('input'), output: less('output'), cached: less('cached'), reasoning: less('reasoning'), total: less('total') },
  };
}

/** The sum of two; a note stands for several messages. */
export function addUsage(sum: MessageUsage | undefined, usage: MessageUsage): MessageUsage {
  if (!sum) return usage;
  const cost = sum.cost_usd === undefined && usage.cost_usd === undefined ? {} : { cost_usd: (sum.cost_usd ?? 0) + (usage.cost_usd ?? 0) };
  return { ...addTokens(addTokens(noTokens, sum), usage), ...cost };
}

interface Counts {
  readonly fresh: number;
  readonly written: number;
  readonly read: number;
  readonly output: number;
  readonly thought: number;
}

function tokens({ fresh, written, read, output, thought }: Counts): TokenUsage {
  const input = fresh + written + read;
  return { input, output, cached: read, reasoning: thought, total: input + output };
}
