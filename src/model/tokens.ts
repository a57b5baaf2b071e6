import { estimateTokenCount, sliceByTokens } from 'tokenx';

/** Longer text than this for each token is not counted but taken for too long: counting takes time with the text's length. */
const mostCharsPerToken = 16;

/** The tokens that a text takes, as an estimate; `Infinity` where it is clear that they are more than `limit`. */
export function tokensOf(text: string, limit = Infinity): number {
  return text.length > limit * mostCharsPerToken ? Infinity : estimateTokenCount(text);
}

const note = '\n(cut here)';

/** The beginning of a text that takes no more tokens than `limit`, with a note that it was cut; empty where not even that fits. */
export function cutToTokens(text: string, limit: number): string {
  if (tokensOf(text, limit) <= limit) return text;
  const room = limit - tokensOf(note) - 1;
  if (room <= 0) return '';
  let cut = sliceByTokens(text.slice(0, room * mostCharsPerToken), 0, room);
  // A segment is cut by the share of its characters, which may come out a little high.
  while (tokensOf(cut) > room) cut = cut.slice(0, Math.floor(cut.length * 0.9));
  return cut === '' ? '' : `${cut.replace(/[\uD800-\uDBFF]$/, '').trimEnd()}${note}`;
}
