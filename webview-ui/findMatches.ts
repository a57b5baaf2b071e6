import type { Segment } from './segments.js';

/** A match: the piece of the conversation that holds it, and how many matches stand before it in that piece. */
export interface Match {
  readonly segment: number;
  readonly nth: number;
}

/** Where prompts and answers hold the words, from the first on. */
export function findMatches(list: readonly Segment[], words: string, matchCase: boolean): Match[] {
  if (words === '') return [];
  return list.flatMap((segment, index) => {
    const count = textsOf(segment).reduce((sum, text) => sum + places(text, words, matchCase).length, 0);
    return Array.from({ length: count }, (_, nth) => ({ segment: index, nth }));
  });
}

/** Offsets at which the words begin in a text. */
export function places(text: string, words: string, matchCase: boolean): number[] {
  const [within, wanted] = matchCase ? [text, words] : [text.toLowerCase(), words.toLowerCase()];
  const found: number[] = [];
  for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, at + wanted.length)) found.push(at);
  return found;
}

function textsOf(segment: Segment): string[] {
  if (segment.kind === 'mark') return [];
  const prompt = segment.first
    ? (segment.turn.prompt?.message.content ?? []).flatMap((block) => (block.type === 'text' ? [block.text] : []))
    : [];
  const answers = segment.blocks.flatMap((block) => (block.kind === 'part' && block.part.type === 'answer' ? [block.part.text] : []));
  return [...prompt, ...answers];
}
