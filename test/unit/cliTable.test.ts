import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableLines, type Column } from '../../src/cli/table.js';
import { cutTo, textWidthFor } from '../../src/cli/textWidth.js';

interface Row {
  readonly id: string;
  readonly count: number;
  readonly title: string;
}

const columns: readonly Column<Row>[] = [
  { heading: 'ID', text: (row) => row.id },
  { heading: 'TOKENS', text: (row) => String(row.count), align: 'right' },
  { heading: 'TITLE', text: (row) => row.title },
];
const rows: readonly Row[] = [
  { id: 'a1', count: 7, title: 'Fix login' },
  { id: 'b22', count: 12345, title: '修复登录 bug' },
  { id: 'c3', count: 0, title: '' },
];

describe('a table', () => {
  test('aligns columns, numbers to the right, and has no white space at line ends', async () => {
    assert.deepEqual(await tableLines(columns, rows, { width: undefined }), [
      'ID   TOKENS  TITLE',
      'a1        7  Fix login',
      'b22   12345  修复登录 bug',
      'c3        0',
    ]);
  });

  test('without rows has no heading either', async () => {
    assert.deepEqual(await tableLines(columns, [], { width: 80 }), []);
  });

  test('is cut to the width of a terminal, by the columns that characters take', async () => {
    const widthOf = await textWidthFor(rows.map((row) => row.title));
    for (let width = 1; width < 40; width += 1) {
      for (const line of await tableLines(columns, rows, { width })) assert.ok(widthOf(line) <= width, `${String(width)}: ${line}`);
    }
    assert.deepEqual((await tableLines(columns, rows, { width: 20 })).slice(1, 3), ['a1        7  Fix lo…', 'b22   12345  修复登…']);
  });

  test('does not count colours as width', async () => {
    const painted = columns.map((column) => ({ ...column, paint: (text: string) => `\u001b[31m${text}\u001b[39m` }));
    const plain = await tableLines(columns, rows, { width: 20 });
    // eslint-disable-next-line no-control-regex -- the colours are what is taken out
    const stripped = (await tableLines(painted, rows, { width: 20 })).map((line) => line.replace(/\u001b\[\d+m/g, ''));
    assert.deepEqual(stripped, plain);
  });

  test('takes line ends and escape sequences out of cells', async () => {
    const [, line] = await tableLines(columns, [{ id: 'x', count: 1, title: 'a\nb\u001b[2Jc\u202ed' }], { width: undefined });
    assert.equal(line, 'x        1  a bcd');
  });
});

describe('cutting a text', () => {
  test('never splits a character made of several code points', async () => {
    assert.equal(cutTo('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 5, await textWidthFor(['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦'])), '👩‍👩‍👧‍👦👩‍👩‍👧‍👦…');
    assert.equal(cutTo('e\u0301e\u0301e\u0301', 2, await textWidthFor(['e\u0301e\u0301e\u0301'])), 'e\u0301…');
  });

  test('measures letters of one column as the library does', async () => {
    const letters = Array.from({ length: 0x2060 - 32 }, (_, index) => String.fromCodePoint(index + 32));
    const exact = await textWidthFor(['修']);
    const { default: stringWidth } = await import('string-width');
    for (const letter of letters) {
      assert.equal(exact(letter), stringWidth(letter), `U+${letter.codePointAt(0)!.toString(16)}`);
    }
  });

  test('leaves alone what fits, and leaves nothing where there is no room', async () => {
    assert.equal(cutTo('abc', 3, await textWidthFor(['abc'])), 'abc');
    assert.equal(cutTo('abc', 0, await textWidthFor(['abc'])), '');
  });
});
