import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { openScratchStore } from '../support/openScratchStore.js';
import { message } from '../support/scratchStore.js';

const textIds = (entries: readonly Entry[]): readonly string[] => entries.flatMap(({ type, id }) => (type === 'message' ? [id] : []));

describe('what is appended while nobody runs the session', () => {
  test('a turn that begins meanwhile, in another program, waits for it and is not refused', async (t) => {
    const { store, again } = openScratchStore(t);
    const { id } = await store.create({ workdir: '/p' });
    let looked = (): void => undefined;
    const looks = new Promise<void>((resolve) => (looked = resolve));
    let go = (): void => undefined;
    const going = new Promise<void>((resolve) => (go = resolve));
    const other = again('other');
    const appended = store.appendWhileIdle(id, async () => {
      looked();
      await going;
      return [message('late', 'user')];
    });
    await looks;
    assert.equal((await other.row(id)).running, undefined, 'it does not look as if a turn ran');
    const leased = other.acquireLease(id).then(async (lease) => {
      await other.append(id, [message('prompt', 'user')]);
      await lease.release();
    });
    go();
    assert.equal(await appended, true);
    await leased;
    assert.deepEqual(textIds((await store.entries(id)).entries), ['late', 'prompt']);
  });

  test('two that find the same write it once', async (t) => {
    const { store, again } = openScratchStore(t);
    const { id } = await store.create({ workdir: '/p' });
    const add = (by: typeof store) =>
      by.appendWhileIdle(id, async () =>
        textIds((await by.entries(id)).entries).includes('theirs') ? [] : [{ ...message('theirs', 'user'), id: 'theirs' }],
      );
    assert.deepEqual(await Promise.all([add(store), add(again('other')), add(store)]), [true, true, true]);
    assert.deepEqual(textIds((await store.entries(id)).entries), ['theirs']);
  });

  test('while a turn runs nothing is asked and nothing is written', async (t) => {
    const { store, again } = openScratchStore(t);
    const { id } = await store.create({ workdir: '/p' });
    const lease = await again('other').acquireLease(id);
    const asked = await store.appendWhileIdle(id, () => Promise.reject(new Error('asked')));
    assert.equal(asked, false);
    await lease.release();
    assert.deepEqual(textIds((await store.entries(id)).entries), []);
  });

  test('what cannot be told leaves the session as it was, and free', async (t) => {
    const { store } = openScratchStore(t);
    const { id } = await store.create({ workdir: '/p' });
    await assert.rejects(
      store.appendWhileIdle(id, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(await store.appendWhileIdle(id, () => Promise.resolve([message('after', 'user')])), true);
    assert.deepEqual(textIds((await store.entries(id)).entries), ['after']);
  });
});

describe('a lease that is broken', () => {
  test('fences its holder and leaves the session free at once', async (t) => {
    const { store, again, paths } = openScratchStore(t);
    const { id } = await store.create({ workdir: '/p' });
    const holder = again('holder');
    const lease = await holder.acquireLease(id);
    await store.breakLease(id);
    assert.ok(!existsSync(paths(id).lease));
    assert.equal((await store.row(id)).running, undefined);
    await assert.rejects(holder.append(id, [message('late', 'user')]), { code: 'fenced' });
    assert.deepEqual(textIds((await store.entries(id)).entries), []);
    assert.deepEqual(textIds(await store.setAside(id)), ['late']);
    await lease.release();
    const next = await store.acquireLease(id);
    assert.equal(next.epoch, lease.epoch + 1);
    await next.release();
  });

  test('of a session that nobody has is nothing', async (t) => {
    const { store, paths } = openScratchStore(t);
    const { id } = await store.create({ workdir: '/p' });
    await store.breakLease(id);
    assert.ok(!existsSync(paths(id).folder));
  });
});
