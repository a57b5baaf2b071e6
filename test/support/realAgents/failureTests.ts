import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '../../../src/model/contentText.js';
import { answerTo, type Scenario } from './scenario.js';
import { modelFailures, type ModelFailure } from './realAgent.js';
import { tell } from './told.js';

/** What has to be said of each, in the message or the hint. */
const said: Readonly<Record<ModelFailure, RegExp>> = {
  401: /sign(ed)? in/,
  429: /rate limit/,
  500: /500|ordered status|server/i,
  overflow: /too long/,
};

/** What the model's API refuses ends the turn as an error that says what to do; the session goes on. */
export function failureTests(scenario: Scenario): void {
  for (const failure of modelFailures) {
    const expected = scenario.agent.deviations?.hints?.[failure] ?? said[failure];
    test(`an error of the model: ${failure}`, { timeout: 300_000 }, async () => {
      const { workspace, row } = scenario;
      const id = await scenario.session();
      const before = (await workspace.history(id)).length;
      const order = orderOf(failure);
      const { ended } = await tell(workspace, id, order);
      if (expected === 'goes on') {
        assert.equal(ended.stop_reason, 'end_turn');
      } else {
        assert.equal(ended.stop_reason, 'error');
        assert.match(`${ended.error?.message ?? ''} (${ended.error?.hint ?? ''})`, expected);
        const record = await workspace.get(id);
        assert.deepEqual([record.status, record.error_message], ['error', `${ended.error?.message}\n${ended.error?.hint}`]);
      }
      const prompts = (await workspace.history(id))
        .slice(before)
        .flatMap((entry) => (entry.type === 'message' && entry.message.role === 'user' ? [textOf(entry.message.content)] : []));
      assert.deepEqual(prompts, [order], 'the prompt is kept');
      assert.match(await answerTo(workspace, id, 'and after it'), /You said: and after it/);
      assert.equal((await workspace.get(id)).status, 'active');
      row['errors told'] = 'natively';
    });
  }
}

/** An agent that keeps what failed to itself: the turn ends, and nobody learns why there is no answer. */
export function untoldTests(scenario: Scenario): void {
  for (const failure of modelFailures) {
    test(`an error of the model, of which nothing is told: ${failure}`, async () => {
      const { workspace, row } = scenario;
      const { ended, deltas } = await tell(workspace, (await scenario.talk()).id, orderOf(failure));
      assert.deepEqual([ended, deltas], [{ kind: 'ended', stop_reason: 'end_turn' }, []]);
      row['errors told'] = 'no';
    });
  }
}

const orderOf = (failure: ModelFailure): string => (failure === 'overflow' ? 'fill it [[overflow]]' : `fail now [[fail ${failure}]]`);
