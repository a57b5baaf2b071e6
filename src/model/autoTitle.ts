import { textStart } from './textStart.js';

/** Characters of a title that comes from a prompt. */
export const titleLimit = 60;

/** A title from a prompt: its first line with words, cut at a word where one ends near the limit. */
export function autoTitle(prompt: string): string {
  const line =
    prompt
      .split('\n')
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .find(Boolean) ?? '';
  if (line.length <= titleLimit) return line;
  const cut = textStart(line, titleLimit - 1);
  const space = cut.lastIndexOf(' ');
  return `${space > titleLimit / 2 ? cut.slice(0, space) : cut}…`;
}
