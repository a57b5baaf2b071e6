/** Columns that a text takes on a terminal. */
export type TextWidth = (text: string) => number;

// Letters of one column each, and nothing that joins with its neighbour: most titles of most people.
const simple = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u205e]*$/;

/** Whether a text is of such letters alone. */
export const isSimple = (text: string): boolean => simple.test(text);

/**
 * How to measure these texts. The library that knows every script is loaded when one of them needs it: loading it takes
 * longer than all the rest of a list.
 */
export async function textWidthFor(texts: readonly string[]): Promise<TextWidth> {
  if (texts.every((text) => simple.test(text))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return (text) => (simple.test(text) ? text.length : stringWidth(text));
}

/** The text, or as much of its start as fits with `…` at the end. Never cuts through a character. */
export function cutTo(text: string, room: number, width: TextWidth): string {
  if (width(text) <= room) return text;
  if (room < 1) return '';
  if (simple.test(text)) return `${text.slice(0, room - 1).trimEnd()}…`;
  let kept = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += width(segment);
    if (used > room - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
