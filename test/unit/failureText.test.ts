import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureSentence, failureText } from '../../src/extension/failureText.js';
import { SessionError } from '../../src/model/errors.js';

describe('a failure', () => {
  test('of the server keeps its code and hint', () => {
    const error = Object.assign(new Error('session b6682a87 is busy'), {
      code: -32000,
      data: { code: 'busy', hint: 'wait for skein, process 7' },
    });
    assert.deepEqual(failureText(error), { message: 'session b6682a87 is busy', hint: 'wait for skein, process 7', code: 'busy' });
    assert.equal(failureSentence(failureText(error)), 'Session b6682a87 is busy. Wait for skein, process 7.');
  });

  test('of our own is told alike', () => {
    assert.equal(
      failureSentence(failureText(new SessionError('usage', 'No folder is open', { hint: 'open one' }))),
      'No folder is open. Open one.',
    );
  });

  for (const thrown of ['text', 7, null, { data: 3 }, Object.assign(new Error('x'), { data: { code: 5, hint: [] } })]) {
    test(`of any other kind has a message and no hint (${JSON.stringify(thrown)})`, () => {
      const text = failureText(thrown);
      assert.equal(text.code, 'failed');
      assert.equal(text.hint, undefined);
      assert.notEqual(text.message, '');
    });
  }
});
