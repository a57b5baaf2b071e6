import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sessionUriParts } from '../../src/extension/sessionUri.js';
import { claudeToolOutput } from '../../src/model/claudeTool.js';
import { partOf } from '../../src/model/replay.js';
import { TextMatch } from '../../src/model/textMatch.js';
import { textStart } from '../../src/model/textStart.js';
import { keptOutput, mostOutput, withMoreOutput } from '../../src/model/toolOutput.js';
import { promptStart } from '../../src/sources/promptStart.js';
import { rowLabel } from '../../src/extension/rowText.js';
import { rowTooltip } from '../../src/extension/rowTooltip.js';
import { sessionRow } from '../support/sessionRow.js';

const faces = (count: number): string => '😀'.repeat(count);
const isWhole = (text: string): boolean => !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);

describe('a text that is cut', () => {
  const cuts: readonly [name: string, cut: (text: string) => string][] = [
    ['a beginning', (text) => textStart(text, 61)],
    ['a prompt', promptStart],
    ['a title in the tree', (title) => rowLabel(sessionRow({ title }))],
    ['a hover', (prompt) => rowTooltip(sessionRow({ title: 'A', prompt }), 0)],
    ['the name of a document', (title) => sessionUriParts({ folder: '/p', id: 'x' }, title).path],
    ['a line that was found', (text) => new TextMatch(['needle']).first(`${text}needle${text}`)?.line ?? ''],
    ['the output of a tool', (text) => claudeToolOutput(text + faces(mostOutput)) ?? ''],
    [
      'what an agent is told of it',
      (output) =>
        partOf({ type: 'tool_call', id: 'a', timestamp: '', call: { id: 'a', kind: 'read', title: '', status: 'completed', output } }),
    ],
  ];
  for (const [name, cut] of cuts) {
    test(`${name} has no half of a character in it`, () => {
      for (const text of [faces(1500), `x${faces(1500)}`]) {
        const made = cut(text);
        assert.ok(made.includes('😀'));
        assert.ok(isWhole(made), JSON.stringify(made.slice(-20)));
        assert.doesNotThrow(() => encodeURIComponent(made));
      }
    });
  }

  test('a title that has half of a character already makes an address all the same', () => {
    assert.doesNotThrow(() => encodeURIComponent(sessionUriParts({ folder: '/p', id: 'x' }, 'cut here \ud83d').path));
  });
});

describe('the output of a tool', () => {
  const more = (count: number): string => `\n… ${String(count)} more characters`;

  test('is kept up to a limit, and tells how much there was beyond', () => {
    assert.equal(keptOutput('x'.repeat(mostOutput)), 'x'.repeat(mostOutput));
    assert.equal(keptOutput('x'.repeat(mostOutput + 7)), 'x'.repeat(mostOutput) + more(7));
  });

  test('that comes in pieces tells of all of them, however it is parted', () => {
    const whole = 'x'.repeat(mostOutput + 20);
    for (const parts of [
      [whole],
      [whole.slice(0, -20), 'y'.repeat(20)],
      [whole.slice(0, -30), 'y'.repeat(15), 'z'.repeat(10), 'z'.repeat(5)],
    ]) {
      const made = parts.reduce<string | undefined>(withMoreOutput, undefined) ?? '';
      assert.equal(made.slice(mostOutput), more(20));
    }
    assert.equal(withMoreOutput(`a${more(3)}`, 'b'), `a${more(3)}b`, 'a tool may say so itself');
  });
});
