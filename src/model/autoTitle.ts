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
  const cut = line.slice(0, titleLimit - 1);
  const space = cut.lastIndexOf(' ');
  // Half of a surrogate pair is no character.
  const whole = (space > titleLimit / 2 ? cut.slice(0, space) : cut).replace(/[\uD800-\uDBFF]$/, '');
  return `${whole}…`;
}
