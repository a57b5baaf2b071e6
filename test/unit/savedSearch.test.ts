import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { savedSearchesOf, settingOf, withNewName, withoutSearch, withSearch } from '../../src/extension/savedSearch.js';

describe('saved searches', () => {
  const searches = savedSearchesOf({ Costly: 'cost:>1', Auth: ' tag:auth ', Forks: 'is:fork' });
  const written = (changed: typeof searches): string => JSON.stringify(settingOf(changed));

  test('are read from settings in the order in which they stand there', () => {
    assert.deepEqual(searches, [
      { name: 'Costly', query: 'cost:>1' },
      { name: 'Auth', query: 'tag:auth' },
      { name: 'Forks', query: 'is:fork' },
    ]);
  });

  test('are none where the setting says something else', () => {
    for (const value of [undefined, null, 'cost:>1', 7, ['cost:>1'], {}, { Costly: 7, Auth: { query: 'x' }, Empty: ' ', ' ': 'x' }])
      assert.deepEqual(savedSearchesOf(value), [], JSON.stringify(value));
  });

  test('keep their order when one is replaced, renamed or taken out', () => {
    assert.equal(
      written(withSearch(searches, { name: 'New', query: 'x' })),
      '{"Costly":"cost:>1","Auth":"tag:auth","Forks":"is:fork","New":"x"}',
    );
    assert.equal(written(withSearch(searches, { name: 'Auth', query: 'x' })), '{"Costly":"cost:>1","Auth":"x","Forks":"is:fork"}');
    assert.equal(written(withNewName(searches, 'Auth', 'Login')), '{"Costly":"cost:>1","Login":"tag:auth","Forks":"is:fork"}');
    assert.equal(written(withoutSearch(searches, 'Auth')), '{"Costly":"cost:>1","Forks":"is:fork"}');
  });

  test('leave no empty setting behind', () => {
    assert.equal(settingOf(withoutSearch([{ name: 'Only', query: 'x' }], 'Only')), undefined);
  });
});
