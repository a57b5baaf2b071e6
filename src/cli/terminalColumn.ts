import { stripVTControlCharacters } from 'node:util';
import { isSimple } from './textWidth.js';

/** Letters that every terminal shows in two columns. */
const wide = /^[\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]$/;

/** Emoji that are pictures by themselves, of Unicode 10 and before: two columns as well. Skin tones and flags join with others. */
const picture = /^(?!\p{Regional_Indicator}|\p{Emoji_Modifier})[\u231a-\u2bff\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}]$/u;
const isPicture = (char: string): boolean => picture.test(char) && /^\p{Emoji_Presentation}$/u.test(char);

/** From one stop of tabs to the next. */
const tabColumns = 8;

/**
 * The columns that are taken in the last row when a text was printed on from `column` (0: a new row) on a terminal so many
 * `columns` wide; as many as it has when the row is just full. `undefined` where terminals differ: emoji and letters that join, a tab at the edge.
 */
export function columnAfter(text: string, column: number | undefined, columns: number): number | undefined {
  const line = text.lastIndexOf('\n') + 1;
  let taken = line > 0 ? 0 : column;
  for (const char of stripVTControlCharacters(text.slice(line))) {
    if (taken === undefined) return undefined;
    if (char === '\t') {
      const stop: number = (Math.floor(taken / tabColumns) + 1) * tabColumns;
      taken = stop < columns ? stop : undefined;
      continue;
    }
    const width = isSimple(char) ? 1 : wide.test(char) || isPicture(char) ? 2 : undefined;
    if (width === undefined) return undefined;
    taken = taken + width > columns ? width : taken + width;
  }
  return taken;
}
