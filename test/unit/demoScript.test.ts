import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arithmetic } from '../../src/agents/arithmetic.js';
import { demoSteps, withoutCommands } from '../../src/agents/demoScript.js';

describe('what a prompt asks the demo to do', () => {
  const cases: readonly (readonly [prompt: string, kinds: readonly string[]])[] = [
    ['/think about bees\n/plan\n/write a.md hello\nand then say hi', ['think', 'plan', 'write']],
    ['/flood 10', ['flood']],
    ['/unknown', []],
    ['show me a plan', ['plan']],
    ['think about bees', ['think']],
    ['call a tool', ['tool']],
    ['write notes.md', ['write']],
    ['ask me for permission to write notes.md', ['write']],
    ['fail', ['fail']],
    ['Please exit in the middle.', ['exit']],
    // Real questions never make it fail, hang or end.
    ['why does my test fail?', []],
    ['the server hangs at exit', []],
    ['fail the build when lint fails', []],
    ['a/exit', []],
  ];
  for (const [prompt, kinds] of cases) {
    test(JSON.stringify(prompt), () => {
      assert.deepEqual(
        demoSteps(prompt).map(({ kind }) => kind),
        kinds,
      );
    });
  }

  test('commands carry their values', () => {
    assert.deepEqual(demoSteps('/write a.md two words\n/slow 2.5\n/exit 7\n/flood many'), [
      { kind: 'write', file: 'a.md', text: 'two words' },
      { kind: 'slow', seconds: 2.5 },
      { kind: 'exit', code: 7 },
      { kind: 'flood', chunks: 1000 },
    ]);
    assert.equal(withoutCommands('/plan\nwhat is 2 + 2?\n/tool'), 'what is 2 + 2?');
  });
});

test('sums', () => {
  const cases: readonly (readonly [sum: string, value: number | undefined])[] = [
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['8 / 4 / 2', 1],
    ['-2 * -3', 6],
    ['2 × 3 ÷ 4', 1.5],
    ['6 times 7', 42],
    ['10 minus 4 plus 1', 7],
    ['2 plus 3 multiplied by 4', 14],
    ['9 Divided by minus 2', -4.5],
    ['6 times', undefined],
    ['6 timestamps 7', undefined],
    ['1 / 0', undefined],
    ['1 +', undefined],
    ['(1', undefined],
    ['1 2', undefined],
    ['process.exit()', undefined],
    ['', undefined],
  ];
  for (const [sum, value] of cases) assert.equal(arithmetic(sum), value, sum);
});
