import { stripVTControlCharacters } from 'node:util';
import { isSimple } from './textWidth.js';

/** Letters that every terminal shows in two columns. */
const wide = /^[\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]$/;

/**
 * The columns that are taken in the last row when a text was printed on from `column` (0: a new row) on a terminal so many
 * `columns` wide; as many as it has when the row is just full. `undefined` where terminals differ: emoji, letters that join, tabs.
 */
export function columnAfter(text: string, column: number | undefined, columns: number): number | undefined {
  const line = text.lastIndexOf('\n') + 1;
  let taken = line > 0 ? 0 : column;
  for (const char of stripVTControlCharacters(text.slice(line))) {
    const width = isSimple(char) ? 1 : wide.test(char) ? 2 : undefined;
    if (width === undefined || taken === undefined) return undefined;
    taken = taken + width > columns ? width : taken + width;
  }
  return taken;
}
