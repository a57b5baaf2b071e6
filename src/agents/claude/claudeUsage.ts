import type { MessageUsage } from '../../model/usage.js';
import type { ClaudeUsage } from './claudeLines.js';

/** What a turn used. `input` includes the cached tokens, as in a record; `cost` in US dollars, `null` for unknown. */
export function claudeUsage(usage: ClaudeUsage, cost: number | null): MessageUsage {
  const output = usage.output_tokens ?? 0;
  const input = inputOf(usage);
  return {
    input,
    output,
    cached: usage.cache_read_input_tokens ?? 0,
    reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    total: input + output,
    cost_usd: cost,
  };
}

/** Tokens of the context after an answer that used so many. */
export function contextOf(usage: ClaudeUsage): number {
  return inputOf(usage) + (usage.output_tokens ?? 0);
}

function inputOf(usage: ClaudeUsage): number {
  return (usage.input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
}
