import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ListFilter } from '../../src/model/filter.js';
import { factsOf, filterTest, sortRows } from '../../src/model/filterRows.js';
import { sessionRow } from '../support/sessionRow.js';

const rows = [
  sessionRow({ id: 'a', title: 'Fix login', tags: ['bug', 'web'], model: 'claude-opus-4-5', tokens: 30, cost_usd: 0.5 }),
  sessionRow({ id: 'b', title: 'Write docs', prompt: 'the README', backend: 'codex', status: 'error', tags: ['web'], tokens: 90 }),
  sessionRow({
    ...{ id: 'clinvk:c', source: 'clinvk', title: '', prompt: 'why is the AUTH slow', status: 'created', tokens: 10, cost_usd: 0 },
    ...{ last_used_at: '2026-11-20T23:30:00-05:00', created_at: '2026-11-01T00:00:00.000Z' },
  }),
];
const kept = (filter: ListFilter): string[] => {
  const test = filterTest(filter);
  return rows.filter((row) => test(factsOf(row))).map(({ id }) => id.replace(/0+$/, ''));
};

describe('the filter of a list', () => {
  const cases: [string, ListFilter, string[]][] = [
    ['nothing asked for', {}, ['a', 'b', 'clinvk:c']],
    ['an agent', { backend: 'codex' }, ['b']],
    ['a status', { status: 'error' }, ['b']],
    ['all of some tags', { tags: ['bug', 'web'] }, ['a']],
    ['a part of the model’s name', { model: 'OPUS' }, ['a']],
    ['a source', { source: 'clinvk' }, ['clinvk:c']],
    ['a time to begin with, whatever the offset', { since: '2026-11-21T04:00:00Z' }, ['a', 'b', 'clinvk:c']],
    ['a time to end with', { until: '2026-11-21T05:00:00Z' }, ['clinvk:c']],
    ['active ones', { activeOnly: true }, ['a']],
  ];
  for (const [what, filter, ids] of cases) test(what, () => assert.deepEqual(kept(filter), ids));

  test('counts a running session as active, whatever its status', () => {
    const holder = { program: 'skein', host: 'h', pid: 1, started_at: '2026-11-21T10:00:00Z', state: 'running' as const };
    assert.equal(filterTest({ activeOnly: true })(factsOf(sessionRow({ status: 'error', running: holder }))), true);
  });
});

describe('the order of a list', () => {
  const order = (sort?: ListFilter['sort']): string[] => sortRows(rows, sort).map(({ id }) => id.replace(/0+$/, ''));
  test('last used first, equal ones by id', () => assert.deepEqual(order(), ['a', 'b', 'clinvk:c']));
  test('newest first', () => assert.deepEqual(order('created'), ['a', 'b', 'clinvk:c']));
  test('most tokens first', () => assert.deepEqual(order('tokens'), ['b', 'a', 'clinvk:c']));
  test('most expensive first, an unknown cost after a known 0', () => assert.deepEqual(order('cost'), ['a', 'clinvk:c', 'b']));
});
