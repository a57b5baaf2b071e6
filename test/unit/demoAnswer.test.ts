import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoAnswer } from '../../src/agents/demoAnswer.js';
import { DemoFolder } from '../../src/agents/demoFolder.js';

const folder = new DemoFolder('/projects/myapp', () => Promise.resolve());

test('a sum is worked out, in signs or in words', async () => {
  const cases: readonly (readonly [prompt: string, answer: string])[] = [
    ['What is 6 * 7?', '`6 * 7` is **42**.'],
    ['6 times 7', '`6 times 7` is **42**.'],
    ["what's 10 divided by 4 plus 1?", '`10 divided by 4 plus 1` is **3.5**.'],
    ['and 2 plus 2?', '`2 plus 2` is **4**.'],
    ['How much is minus 3 multiplied by (2 minus 5) =', '`minus 3 multiplied by (2 minus 5)` is **9**.'],
  ];
  for (const [prompt, answer] of cases) assert.equal(await demoAnswer({ prompt, earlier: [], folder }), answer);
});

test('what only looks like a sum is not one', async () => {
  for (const prompt of ['What is 6 times?', 'Run it 3 times 2']) {
    assert.doesNotMatch(await demoAnswer({ prompt, earlier: [], folder }), /is \*\*/);
  }
});
