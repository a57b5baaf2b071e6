/** Walks through earlier prompts as a shell does: `at` is a place in `prompts`, `prompts.length` what is being written. */
export interface PromptHistory {
  readonly prompts: readonly string[];
  readonly at: number;
}

export const promptHistory = (prompts: readonly string[]): PromptHistory => ({ prompts, at: prompts.length });

/** One step back (-1) or on (+1), and the text found there; `undefined` at either end. */
export function stepHistory(history: PromptHistory, step: -1 | 1): { readonly history: PromptHistory; readonly text: string } | undefined {
  const at = history.at + step;
  if (at < 0 || at > history.prompts.length) return undefined;
  return { history: { ...history, at }, text: history.prompts[at] ?? '' };
}
