import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filterQuery, filterText, isActive, matches, narrowed, noFilter, type SessionFilter } from '../../src/extension/sessionFilter.js';
import { splitQuery } from '../../src/model/splitQuery.js';
import { parseQuery } from '../../src/model/sessionQuery.js';
import { sessionRow } from '../support/sessionRow.js';

const row = sessionRow({ title: 'Fix login', prompt: 'the cookie', backend: 'claude', tags: ['auth', 'bugfix'] });

describe('the filter', () => {
  const cases: [name: string, filter: Partial<SessionFilter>, shown: boolean][] = [
    ['nothing', {}, true],
    ['the agent', { backends: ['gemini', 'claude'] }, true],
    ['another agent', { backends: ['gemini'] }, false],
    ['one of its tags', { tags: ['auth', 'docs'] }, true],
    ['the agent but another tag', { backends: ['claude'], tags: ['docs'] }, false],
    ['another status', { statuses: ['error'] }, false],
    ['its source', { sources: ['skein'] }, true],
  ];
  for (const [name, filter, shown] of cases) {
    test(`${name}: ${shown ? 'shows' : 'hides'}`, () => assert.equal(matches({ ...noFilter, ...filter }, row), shown));
    // What is ticked and what is saved of it must be the same.
    test(`${name}, as a query: ${shown ? 'finds' : 'leaves out'}`, () =>
      assert.equal(splitQuery(parseQuery(filterQuery({ ...noFilter, ...filter }), Date.now())).test(row), shown));
  }

  test('is active when it can hide something', () => {
    assert.equal(isActive({ ...noFilter, archived: true }), false);
    assert.equal(isActive({ ...noFilter, text: 'x' }), true);
  });

  test('is told in words', () => {
    assert.equal(filterText({ ...noFilter, backends: ['gemini'], tags: ['auth'], text: 'x' }), 'agent: Gemini, tag: auth, text: x');
  });

  test('is one query, with a phrase for a tag with spaces, and says so where it cannot be', () => {
    const filter = { ...noFilter, backends: ['gemini', 'codex'], tags: ['to do'], text: 'cost:>1 zebra', archived: true };
    assert.equal(filterQuery(filter), 'backend:gemini,codex tag:"to do" cost:>1 zebra');
    assert.equal(filterQuery(noFilter), '');
    assert.throws(() => filterQuery({ ...noFilter, tags: ['to do', 'auth'] }), /cannot say this filter: to do, auth/);
  });
});

describe('the rows that a filter leaves', () => {
  const [a, b, c] = [sessionRow({ id: 'a' }), sessionRow({ id: 'b', backend: 'codex' }), sessionRow({ id: 'c' })];
  const text = { ...noFilter, text: 'zebra' };

  test('are what its text finds and the rest of it lets through; the others are counted', () => {
    assert.deepEqual(narrowed(text, [a, b, c], { rows: [a, b] }), { rows: [a, b], hidden: 1 });
    assert.deepEqual(narrowed({ ...text, backends: ['codex'] }, [a, b, c], { rows: [a, b] }), { rows: [b], hidden: 2 });
    assert.deepEqual(narrowed(noFilter, [a, b, c], undefined), { rows: [a, b, c], hidden: 0 });
  });

  test('have archived sessions that the text asks for, which hides all others', () => {
    const archived = sessionRow({ id: 'd', archived: true });
    assert.deepEqual(narrowed({ ...noFilter, text: 'is:archived' }, [a, b, c], { rows: [archived] }), { rows: [archived], hidden: 3 });
  });

  test('are not fewer while the answer is not known, or where the text is wrong', () => {
    assert.deepEqual(narrowed(text, [a, b], undefined), { rows: [a, b], hidden: 0 });
    const wrong = { failure: 'There is no field "x" (character 1 of the query).' };
    assert.deepEqual(narrowed({ ...text, backends: ['codex'] }, [a, b], wrong), { rows: [b], hidden: 1, filterFailure: wrong.failure });
  });
});
