/**
 * What a terminal shows after this output: its lines, those that scrolled off too, without what is empty at their ends. Letters
 * are one column wide. Knows the sequences that readline and the spinner write, and throws at any other that moves the cursor.
 */
export function terminalScreen(output: string, { columns, rows }: { readonly columns: number; readonly rows: number }): readonly string[] {
  const lines: string[][] = [[]];
  let [top, row, column] = [0, 0, 0];
  const line = (): string[] => (lines[row] ??= []);
  const down = (): void => {
    row++;
    line();
    top = Math.max(top, row - rows + 1);
  };
  const put = (char: string): void => {
    if (column === columns) {
      down();
      column = 0;
    }
    const cells = line();
    while (cells.length < column) cells.push(' ');
    cells[column++] = char;
  };
  const move = (how: string, count: number): void => {
    const by = Math.max(1, count);
    if (how === 'A') row = Math.max(top, row - by);
    else if (how === 'B') row = Math.min(top + rows - 1, row + by);
    else if (how === 'C') column = Math.min(columns - 1, column + by);
    else if (how === 'D') column = Math.max(0, Math.min(column, columns - 1) - by);
    else if (how === 'G') column = by - 1;
    else if (how === 'J' && count === 0) {
      line().length = Math.min(line().length, column);
      lines.length = row + 1;
    } else if (how === 'K') line().length = count === 2 ? 0 : Math.min(line().length, column);
    else if (!'mhln'.includes(how)) throw new Error(`a terminal is asked for ${how}`);
  };
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  for (const [whole, count, how] of output.matchAll(/\u001b\[[?>=]?([\d;]*)([a-zA-Z])|\u001b[=>78]|[\s\S]/gu)) {
    if (how !== undefined) move(how, Number(count?.split(';')[0] ?? 0));
    else if (whole === '\r') column = 0;
    else if (whole === '\n') down();
    else if (whole >= ' ') put(whole);
  }
  return lines.map((cells) =>
    Array.from(cells, (cell) => cell)
      .join('')
      .trimEnd(),
  );
}
