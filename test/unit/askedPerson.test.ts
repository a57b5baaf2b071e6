import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import type { TurnHooks } from '../../src/agents/agent.js';
import { askPerson } from '../../src/agents/askedPerson.js';

const request = { id: '1', title: 'Write a.txt', options: [] } as unknown as Parameters<TurnHooks['permission']>[0];

/** A question of a turn, and what it left behind when it was over. */
function question(permission: TurnHooks['permission']) {
  const turn = new AbortController();
  const withdrawn = new AbortController();
  const warnings: string[] = [];
  const logger = { warn: (text: string) => void warnings.push(text) } as unknown as Parameters<typeof askPerson>[1];
  const hooks: TurnHooks = { permission, signal: turn.signal, update: () => undefined };
  const ask = () => askPerson(hooks, logger, request, withdrawn.signal);
  const left = () => [turn, withdrawn].flatMap(({ signal }) => getEventListeners(signal, 'abort')).length;
  return { turn, withdrawn, warnings, ask, left };
}
const never: TurnHooks['permission'] = () => new Promise(() => undefined);

describe('a question to the person', () => {
  test('has their answer, and then waits for nothing more', async () => {
    const { ask, left } = question(() => Promise.resolve('once'));
    assert.equal(await ask(), 'once');
    assert.equal(left(), 0);
  });

  test('that nobody can answer is cancelled, and the log says why', async () => {
    const { ask, warnings } = question(() => Promise.reject(new Error('the window is gone')));
    assert.equal(await ask(), null);
    assert.deepEqual(warnings, ['no answer to “Write a.txt”, taken as cancelled: the window is gone']);
  });

  for (const end of ['turn', 'withdrawn'] as const) {
    test(`is cancelled with its ${end}, before and while it is asked`, async () => {
      const asking = question(never);
      const answer = asking.ask();
      asking[end].abort();
      assert.equal(await answer, null);
      assert.equal(await asking.ask(), null);
      assert.equal(asking.left(), 0);
    });
  }
});
