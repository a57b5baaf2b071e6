import type { Entry } from './entry.js';
import { partOf } from './replay.js';

/** The line after a conversation that is given as text: what follows is the prompt. */
export const replayEnd = '-----';

export const replayStart =
  'This conversation began elsewhere. What was said and done so far is between the two lines; go on from there, without repeating it.';

/** The person's prompts in a conversation that was given as text, oldest first; `undefined` where the text is none. */
export function replayedPrompts(text: string): readonly string[] | undefined {
  if (!text.startsWith(`${replayStart}\n`) || !text.endsWith(`\n${replayEnd}`)) return undefined;
  return [...text.matchAll(/^User:\n(.*)$/gm)].map(([, prompt = '']) => prompt);
}

/** A conversation as text for an agent that takes it with the prompt: what came before in short, then the entries. Empty where there was none. */
export function replayText({ before, entries }: { readonly before: string; readonly entries: readonly Entry[] }): string {
  const parts = [before, ...entries.map(partOf)].filter(Boolean);
  return parts.length === 0 ? '' : [replayStart, replayEnd, ...parts, replayEnd].join('\n\n');
}
