import type { TokenUsage } from './usage.js';

/** What a model's tokens cost, in US dollars for a million. */
export interface Price {
  readonly input: number;
  /** Input that was read from the cache. */
  readonly cached: number;
  readonly output: number;
}

/** A price as it was published: at the standard rate, for prompts of usual length. */
export interface PriceRow extends Price {
  /** The model as its maker calls it, without a date. */
  readonly model: string;
  /** The first day on which it holds; always, where it is not given. */
  readonly from?: string | undefined;
}

const row = (model: string, input: number, cached: number, output: number, from?: string): PriceRow => {
  return { model, input, cached, output, ...(from === undefined ? {} : { from }) };
};

/** When the table was last compared with the makers' pages. */
export const pricesAsOf = '2026-11-21';

/** What is not here is unknown. Where several rows are of one model, the latest that has begun holds. */
export const prices: readonly PriceRow[] = [
  // https://platform.claude.com/docs/about-claude/models
  row('claude-fable-5-1', 10, 0.25, 50),
  row('claude-opus-5-5', 4, 0.2, 20),
  row('claude-opus-5', 5, 0.5, 25),
  row('claude-opus-4-5', 5, 0.5, 25),
  row('claude-opus-4-1', 15, 1.5, 75),
  row('claude-sonnet-5-5', 2, 0.2, 10),
  row('claude-sonnet-5', 2, 0.2, 10),
  row('claude-sonnet-4-5', 3, 0.3, 15),
  row('claude-haiku-4-5', 1, 0.1, 5),
  // https://developers.openai.com/api/docs/pricing
  row('gpt-6.1-sol', 2, 0.1, 10),
  row('gpt-6-sol', 2, 0.2, 10),
  row('gpt-6-luna', 0.1, 0.01, 0.5),
  row('gpt-5.4', 2.5, 0.25, 15),
  row('gpt-5.4-mini', 0.75, 0.075, 4.5),
  row('gpt-5-codex', 1.25, 0.125, 10),
  row('gpt-5', 1.25, 0.125, 10),
  row('gpt-5-mini', 0.25, 0.025, 2),
  // https://ai.google.dev/gemini-api/docs/pricing
  row('gemini-3-pro-preview', 2, 0.2, 12),
  row('gemini-3-flash-preview', 0.5, 0.05, 3),
  row('gemini-2.5-pro', 1.25, 0.125, 10),
  row('gemini-2.5-flash', 0.3, 0.03, 2.5),
  row('gemini-2.5-flash-lite', 0.1, 0.01, 0.4),
];

/** The price of a model at a time (ISO 8601); the first table that knows the model is asked. `undefined`: unknown. */
export function priceOf(model: string, at: string, tables: readonly (readonly PriceRow[])[]): Price | undefined {
  for (const name of namesOf(model)) {
    for (const table of tables) {
      const rows = table.filter((each) => each.model.toLowerCase() === name && (each.from === undefined || each.from <= at));
      const [latest] = rows.sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? 1 : -1));
      if (latest) return latest;
    }
  }
  return undefined;
}

/** A model's name as it is, without the provider before it, and without the date or the variant after it. */
function namesOf(model: string): readonly string[] {
  const whole = model.toLowerCase();
  const bare = whole.slice(whole.lastIndexOf('/') + 1);
  const undated = bare.replace(/\[[^\]]*\]$/, '').replace(/[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '');
  return [...new Set([whole, bare, undated])];
}

/** What tokens cost at a price, in US dollars. The input counts what came from the cache; what was thought is output. */
export function estimatedCost({ input, output, cached, total }: TokenUsage, price: Price): number {
  const read = Math.min(cached, input);
  const written = Math.max(output, total - input);
  return ((input - read) * price.input + read * price.cached + written * price.output) / 1_000_000;
}
