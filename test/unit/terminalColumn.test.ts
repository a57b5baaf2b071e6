import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnAfter } from '../../src/cli/terminalColumn.js';

test('the column at which a text ends on a terminal', () => {
  const cases: readonly (readonly [text: string, from: number | undefined, column: number | undefined])[] = [
    ['abc', 0, 3],
    ['abc', 4, 7],
    ['', 4, 4],
    // A full row is full until the next letter.
    ['0123456789', 0, 10],
    ['x', 10, 1],
    ['0123456789012', 0, 3],
    ['first\nab', 9, 2],
    ['first\n', 9, 0],
    ['\u001b[2mdim\u001b[22m', 0, 3],
    ['Größe, Ωμέγα', 0, 2],
    // Two columns each; one that does not fit begins the next row.
    ['漢字', 0, 4],
    ['漢', 9, 2],
    ['한、', 6, 10],
    ['done ✅', 0, 7],
    ['🎉', 9, 2],
    // To the next eighth column.
    ['a\tb', 0, 9],
    ['\t', 7, 8],
    // Not the same everywhere.
    ['\t', 8, undefined],
    ['\t', 10, undefined],
    ['⚠️', 0, undefined],
    ['🎉\u200d', 0, undefined],
    ['👍🏽', 0, undefined],
    ['🇫🇷', 0, undefined],
    ['⚡→', 0, undefined],
    ['e\u0301', 0, undefined],
    ['नमस्ते', 0, undefined],
    ['abc', undefined, undefined],
    ['⚠️ done\nabc', undefined, 3],
  ];
  for (const [text, from, column] of cases) assert.equal(columnAfter(text, from, 10), column, JSON.stringify([text, from]));
});
