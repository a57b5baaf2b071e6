import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageModelFailure } from '../../src/extension/languageModelFailure.js';

test('a model of VS Code that does not answer says what can be done about it', () => {
  const told = (code: string) => {
    const { code: own, message, hint } = languageModelFailure({ code, message: 'its own words' }, 'Echo');
    assert.equal(own, 'agent_failed');
    return [message, hint];
  };
  assert.deepEqual(told('NoPermissions'), [
    'Skein may not use Echo',
    'allow it with “Manage Language Model Access…”, and see that you are signed in',
  ]);
  assert.deepEqual(told('NotFound'), ['VS Code has no model Echo any more', 'choose another model']);
  assert.deepEqual(told('Blocked'), ['Echo refused to answer: a filter or a limit stopped it', 'its own words']);
  assert.deepEqual(told('Unknown'), ['Echo did not answer', 'its own words']);
});
