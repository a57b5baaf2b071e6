import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as breathe } from 'node:timers/promises';
import { lazySource, type Program } from '../../src/sources/lazySource.js';

const broken: Program = {
  name: 'broken',
  title: 'Broken',
  homes: () => [import.meta.dirname],
  load: () => Promise.reject(new Error('gone')),
};

test('a program that cannot be loaded says so to whoever asks for its sessions, and its watch ends nothing', async (t) => {
  const unhandled: unknown[] = [];
  const take = (why: unknown): number => unhandled.push(why);
  process.on('unhandledRejection', take);
  t.after(() => process.off('unhandledRejection', take));
  const source = lazySource(broken, { env: {} });
  const stop = source.watch(() => undefined);
  await breathe();
  await breathe();
  stop();
  assert.deepEqual(unhandled, []);
  await assert.rejects(source.list(), { message: 'gone' });
});
