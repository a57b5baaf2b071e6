import { plainLine } from './plainText.js';
import { cutTo, textWidthFor } from './textWidth.js';

export interface Column<Row> {
  readonly heading: string;
  /** The cell's text; control characters and line ends are taken out here. */
  readonly text: (row: Row) => string;
  readonly align?: 'right';
  /** Colours a cell that is already padded. */
  readonly paint?: (text: string, row: Row) => string;
}

export interface TableOptions {
  /** Columns of the terminal: lines are cut there. Undefined: nothing is cut. */
  readonly width: number | undefined;
  /** Colours the headings. */
  readonly paintHeading?: (text: string) => string;
}

const gap = '  ';

/** Aligned columns under headings, a line a row; the last column takes what is left of the width. No rows: no lines. */
export async function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): Promise<string[]> {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => columns.map((column) => plainLine(column.text(row))));
  const widthOf = await textWidthFor(cells.flat());
  const widths = columns.map((column, index) => {
    return cells.reduce((widest, line) => Math.max(widest, widthOf(line[index] ?? '')), widthOf(column.heading));
  });
  const line = (texts: readonly string[], paint: (index: number, text: string) => string): string => {
    let left = options.width ?? Number.POSITIVE_INFINITY;
    return texts
      .map((text, index) => {
        const last = index === texts.length - 1;
        const room = Math.max(0, Math.min(left, last ? left : (widths[index] ?? 0)));
        left -= (widths[index] ?? 0) + gap.length;
        const fitting = cutTo(text, room, widthOf);
        const padding = ' '.repeat(Math.max(0, Math.min(widths[index] ?? 0, room) - widthOf(fitting)));
        const shown = fitting === '' ? '' : paint(index, fitting);
        return columns[index]?.align === 'right' ? padding + shown : shown + (last ? '' : padding);
      })
      .join(gap)
      .trimEnd();
  };
  const heading = line(
    columns.map((column) => column.heading),
    (_, text) => options.paintHeading?.(text) ?? text,
  );
  const body = rows.map((row, at) => line(cells[at] ?? [], (index, text) => columns[index]?.paint?.(text, row) ?? text));
  return [heading, ...body];
}
