import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filterText, isActive, matches, noFilter, type SessionFilter } from '../../src/extension/sessionFilter.js';
import { sessionRow } from '../support/sessionRow.js';

const row = sessionRow({ title: 'Fix login', prompt: 'the cookie', backend: 'claude', tags: ['auth', 'bugfix'] });

describe('the filter', () => {
  const cases: [name: string, filter: Partial<SessionFilter>, shown: boolean][] = [
    ['nothing', {}, true],
    ['the agent', { backends: ['gemini', 'claude'] }, true],
    ['another agent', { backends: ['gemini'] }, false],
    ['one of its tags', { tags: ['auth', 'docs'] }, true],
    ['the agent but another tag', { backends: ['claude'], tags: ['docs'] }, false],
    ['text of the prompt, in capitals', { text: 'COOKIE' }, true],
    ['text of no part', { text: 'cookies' }, false],
    ['another status', { statuses: ['error'] }, false],
    ['its source', { sources: ['skein'] }, true],
  ];
  for (const [name, filter, shown] of cases)
    test(`${name}: ${shown ? 'shows' : 'hides'}`, () => assert.equal(matches({ ...noFilter, ...filter }, row), shown));

  test('is active when it can hide something', () => {
    assert.equal(isActive({ ...noFilter, archived: true }), false);
    assert.equal(isActive({ ...noFilter, text: 'x' }), true);
  });

  test('is told in words', () => {
    assert.equal(filterText({ ...noFilter, backends: ['gemini'], tags: ['auth'], text: 'x' }), 'agent: Gemini, tag: auth, text: x');
  });
});
