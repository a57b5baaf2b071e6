import { addTokens, noTokens, type TokenUsage } from '../../model/usage.js';
import { tokenCountOf, tokenRecordOf, type CodexRecord } from './codexRecord.js';

/**
 * What each answer of the model used, from a rollout's records in their order. Newer rollouts say it (`token_usage_record`);
 * in older ones only the thread's running total is told, as often as anything changes, so an answer is its growth. The total
 * begins anew after an overflow of the context, and at a fork it begins with the parent's.
 */
export class CodexUsage {
  #total: TokenUsage | undefined;
  /** An answer was recorded, and the running total that includes it has yet to come. */
  #recorded = false;
  readonly #seen = new Set<string>();

  /** The tokens that this record adds, if any. */
  next(record: CodexRecord): TokenUsage | undefined {
    if (record.kind === 'token_usage_record') return this.#answer(record);
    if (record.kind === 'event_msg' && record.payload['type'] === 'token_count') return this.#count(record);
    return undefined;
  }

  #answer({ payload }: CodexRecord): TokenUsage | undefined {
    const { usage, response_id } = tokenRecordOf(payload);
    if (usage === undefined || (response_id !== undefined && this.#seen.has(response_id))) return undefined;
    if (response_id !== undefined) this.#seen.add(response_id);
    this.#recorded = true;
    return some(usage);
  }

  #count({ payload }: CodexRecord): TokenUsage | undefined {
    const { total, last } = tokenCountOf(payload);
    if (total === undefined) return undefined;
    const before = this.#total;
    this.#total = total;
    const recorded = this.#recorded;
    this.#recorded = false;
    if (recorded) return undefined;
    const grown = before && difference(total, before);
    return some(grown ?? last ?? total);
  }
}

const some = (usage: TokenUsage): TokenUsage | undefined => (usage.total === 0 ? undefined : usage);

/** `undefined` where anything shrank: the total began anew. */
export function difference(after: TokenUsage, before: TokenUsage): TokenUsage | undefined {
  const grown = addTokens(noTokens, {
    input: after.input - before.input,
    output: after.output - before.output,
    cached: after.cached - before.cached,
    reasoning: after.reasoning - before.reasoning,
    total: after.total - before.total,
  });
  return Math.min(grown.input, grown.output, grown.cached, grown.reasoning) < 0 ? undefined : grown;
}
