import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Rounds } from '../../src/extension/rounds.js';

/** Work that ends when the test says so. */
function slowWork() {
  const running: { readonly key: string; readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const rounds = new Rounds((key) => new Promise<void>((end, fail) => running.push({ key, end, fail })));
  const next = () => running.shift() ?? assert.fail('nothing runs');
  const settle = () => new Promise(setImmediate);
  return { running, rounds, next, settle };
}

describe('rounds', () => {
  test('asked for while one runs are one more after it, however many', async () => {
    const { running, rounds, next, settle } = slowWork();
    const ended: string[] = [];
    const ask = (name: string) => rounds.run('/here').then(() => ended.push(name));
    const all = [ask('first'), ask('second'), ask('third')];
    await settle();
    assert.equal(running.length, 1);
    next().end();
    await settle();
    assert.deepEqual([ended, running.length], [['first'], 1], 'who asked before it began waits for no more');
    all.push(ask('fourth'));
    next().end();
    await settle();
    assert.deepEqual([ended, running.length], [['first', 'second', 'third'], 1]);
    next().end();
    await Promise.all(all);
    assert.deepEqual([ended.length, running.length], [4, 0]);
  });

  test('of two keys run side by side', () => {
    const { running, rounds } = slowWork();
    void rounds.run('/here');
    void rounds.run('/there');
    const keys = running.map(({ key }) => key);
    assert.deepEqual(keys, ['/here', '/there']);
  });

  test('that fail tell those who asked for them, and the next one runs', async () => {
    const { rounds, next, settle } = slowWork();
    const first = rounds.run('/here');
    const second = rounds.run('/here');
    next().fail(new Error('away'));
    await assert.rejects(first, /away/);
    await settle();
    next().end();
    await second;
  });
});
