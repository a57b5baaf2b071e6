import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RestartBudget } from '../../src/extension/restartBudget.js';

describe('restarts of the server', () => {
  test('are five in three minutes, the first at once', () => {
    const budget = new RestartBudget();
    const delays = [0, 1, 2, 3, 4, 5].map((second) => budget.take(second * 1000));
    assert.deepEqual(delays, [0, 250, 500, 1000, 2000, undefined]);
  });

  test('are free again when three minutes have passed', () => {
    const budget = new RestartBudget();
    for (let count = 0; count < 5; count += 1) budget.take(0);
    assert.equal(budget.take(179_999), undefined);
    assert.equal(budget.take(180_000), 0);
  });

  test("are counted anew on the person's word", () => {
    const budget = new RestartBudget();
    for (let count = 0; count < 5; count += 1) budget.take(0);
    budget.reset();
    assert.equal(budget.take(0), 0);
  });
});
