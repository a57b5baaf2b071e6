import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { laterEntries } from '../../src/core/foreign/laterEntries.js';
import type { Entry } from '../../src/model/entry.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();

const said = (id: string, role: 'user' | 'assistant', text: string, second: number, more: Partial<Entry> = {}): Entry =>
  ({ type: 'message', id, timestamp: at(second), message: { role, content: [{ type: 'text', text }] }, ...more }) as Entry;

/** A prompt and its answer, with ids that begin with `name`. */
const turn = (name: string, text: string, second: number): readonly Entry[] => [
  said(`${name}1`, 'user', text, second),
  said(`${name}2`, 'assistant', `on ${text}`, second + 2),
];

const later = (ours: readonly Entry[], theirs: readonly Entry[], isOrigin = true): readonly string[] =>
  laterEntries(ours, theirs, isOrigin).map(({ id }) => id);

const [a, b] = [turn('a', 'first', 0), turn('b', 'second', 10)];

describe('what another program added to a session', () => {
  test('is what comes with ids that ours has not got, and nothing when that is taken in', () => {
    assert.deepEqual(later(a, [...a, ...b]), ['b1', 'b2']);
    assert.deepEqual(later([...a, ...b], [...a, ...b]), []);
    assert.deepEqual(later([...a, ...b.slice(0, 1)], [...a, ...b]), ['b2'], 'a turn that has gone on');
    assert.deepEqual(later([], [...a]), ['a1', 'a2']);
  });

  test('is not what it ran for us: known by its time, whatever the prompt became', () => {
    const ours = turn('x', 'do it', 20);
    const copy = turn('c', 'This conversation began elsewhere\n\ndo it', 21);
    assert.deepEqual(later([...a, ...ours], [...a, ...copy]), []);
    assert.deepEqual(later([...a, ...ours], [...a, ...b, ...copy]), ['b1', 'b2'], 'also where a turn before it is new');
    assert.deepEqual(later([...a, ...ours, ...b], [...a, ...copy, ...b]), []);
  });

  test('is not what it ran for us: known by the prompt where its clock is behind, and by an id that the agent told', () => {
    const ours = [said('x1', 'user', 'go  on', 20), said('x2', 'assistant', 'done', 22, { source_id: 'msg' })];
    assert.deepEqual(later([...a, ...ours], [...a, ...turn('c', 'go on', 40)]), []);
    assert.deepEqual(later([...a, ...ours], [...a, ...turn('c', 'so far\n\n-----\n\ngo on', 40)]), []);
    assert.deepEqual(later([...a, ...ours], [...a, ...turn('c', 'now go on', 40)]), ['c1', 'c2']);
    assert.deepEqual(later([...a, ...ours], [...a, said('c1', 'user', '/go', 40), said('msg', 'assistant', 'done', 42)]), []);
  });

  test('is the same prompt said once more', () => {
    const ours = turn('x', 'go on', 20);
    const copy = turn('c', 'go on', 20);
    assert.deepEqual(later([...a, ...ours], [...a, ...copy, ...turn('d', 'go on', 60)]), ['d1', 'd2']);
    assert.deepEqual(later([...a, ...ours], [...a, ...turn('d', 'go on', 10), ...copy]), ['d1', 'd2'], 'or said before');
  });

  test('of a session that the agent began for ours is only what is later than all of ours', () => {
    const ours = turn('x', 'go on', 20);
    const copied = [...turn('p', 'first', 0), ...turn('q', 'second', 10)];
    const copy = turn('c', 'go on', 21);
    assert.deepEqual(later([...a, ...b, ...ours], [...copied, ...copy], false), [], 'the history that it copied is ours already');
    assert.deepEqual(later([...a, ...b, ...ours], [...copied, ...copy, ...turn('n', 'new', 40)], false), ['n1', 'n2']);
  });
});
