import type { MessageUsage, TokenUsage } from '../../model/usage.js';
import { countOf, objectOf, type JsonObject } from '../jsonValue.js';

/** Tokens of OpenCode's five counts, which do not overlap. Ours do: `input` holds what was cached, `output` what was thought. */
export function opencodeTokens(input: unknown, output: unknown, reasoning: unknown, read: unknown, write: unknown): TokenUsage {
  const tokens = {
    input: countOf(input) + countOf(read) + countOf(write),
    output: countOf(output) + countOf(reasoning),
    cached: countOf(read),
    reasoning: countOf(reasoning),
  };
  return { ...tokens, total: tokens.input + tokens.output };
}

/** US dollars; `null` for 0, which stands for a model without a price as well. */
export const opencodeCost = (cost: unknown): number | null => (typeof cost === 'number' && cost > 0 ? cost : null);

/** Usage as a message or a finished step has it; `undefined` where nothing was used. */
export function opencodeUsage(data: JsonObject): MessageUsage | undefined {
  const tokens = objectOf(data['tokens']);
  const cache = objectOf(tokens['cache']);
  const usage = opencodeTokens(tokens['input'], tokens['output'], tokens['reasoning'], cache['read'], cache['write']);
  const cost = opencodeCost(data['cost']);
  return usage.total === 0 && cost === null ? undefined : { ...usage, cost_usd: cost };
}
