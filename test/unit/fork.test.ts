import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { EntryOf } from '../../src/model/entry.js';
import type { Store } from '../../src/store/store.js';
import { openScratchStore } from '../support/openScratchStore.js';
import { message } from '../support/scratchStore.js';

const usage = { input: 10, output: 5, cached: 0, reasoning: 0, total: 15, cost_usd: 0.5 };

async function parent(t: TestContext): Promise<{ readonly store: Store; readonly id: string }> {
  const { store } = openScratchStore(t);
  const { id } = await store.create(
    { workdir: '/p', title: 'Fix login', backend: 'claude', model: 'opus', tags: ['bug'], backend_session_id: 'sess_1' },
    [
      message('q1'),
      message('a1', 'assistant', { usage, epoch: 0 }),
      { type: 'thinking', id: 't1', timestamp: '2026-01-27T10:00:00.000Z', text: 'hm' },
      message('q2'),
      message('a2', 'assistant', { usage }),
    ],
  );
  await store.update(id, () => ({ title: 'Fix the login', pinned: true }));
  return { store, id };
}

const isMessage = (entry: { type: string }): entry is EntryOf<'message'> => entry.type === 'message';

describe('a fork', () => {
  test('has the entries up to the point with their ids, and its parent in record and transcript', async (t) => {
    const { store, id } = await parent(t);
    const fork = await store.fork(id, { at: 't1' });
    assert.notEqual(fork.id, id);
    assert.deepEqual([fork.parent_id, fork.forked_at], [id, 't1']);
    const { entries } = await store.entries(fork.id);
    assert.deepEqual(
      entries.filter(({ type }) => type !== 'info').map((entry) => entry.id),
      [fork.id, 'q1', 'a1', 't1'],
    );
    assert.deepEqual(entries[0]?.['parent'], { id, entry: 't1' });
  });

  test('takes the start of an entry’s id, of four characters or more, that fits one entry', async (t) => {
    const { store } = openScratchStore(t);
    const { id } = await store.create({ workdir: '/p', backend: 'claude' }, [message('abcd1'), message('abcd2', 'assistant')]);
    const fork = await store.fork(id, { at: 'abcd1' });
    assert.equal(fork.message_count, 1);
    await assert.rejects(store.fork(id, { at: 'abcd' }), { code: 'ambiguous' });
    await assert.rejects(store.fork(id, { at: 'abc' }), { code: 'not_found' });
    const { id: other } = await store.create({ workdir: '/p', backend: 'claude' }, [message('efgh-long-id'), message('ijkl', 'assistant')]);
    const short = await store.fork(other, { at: 'efgh' });
    assert.deepEqual([short.message_count, short.forked_at], [1, 'efgh-long-id']);
  });

  test('goes on from the end when no point is given', async (t) => {
    const { store, id } = await parent(t);
    const fork = await store.fork(id, {});
    assert.equal(fork.forked_at, 'a2');
    assert.deepEqual([fork.message_count, fork.turn_count, fork.status], [4, 2, 'active']);
  });

  test('keeps title, folder, agent, model and tags, and has no share in the agent’s own session or the pin', async (t) => {
    const { store, id } = await parent(t);
    const { title, workdir, backend, model, tags, pinned, backend_session_id } = await store.fork(id, {});
    assert.deepEqual(
      { title, workdir, backend, model, tags },
      { title: 'Fix the login', workdir: '/p', backend: 'claude', model: 'opus', tags: ['bug'] },
    );
    assert.deepEqual([pinned, backend_session_id], [false, undefined]);
    assert.equal((await store.fork(id, { fields: { title: 'Another way', backend: 'codex' } })).title, 'Another way');
  });

  test('counts no cost twice: what was used is inherited, through a fork of a fork too', async (t) => {
    const { store, id } = await parent(t);
    const fork = await store.fork(id, { at: 'a1' });
    const again = await store.fork(fork.id, {});
    for (const { id: one, token_usage, cost_usd } of [fork, again]) {
      assert.deepEqual([token_usage.total, cost_usd], [0, null]);
      const [, answer] = (await store.entries(one)).entries.filter(isMessage);
      assert.deepEqual([answer?.usage, answer?.inherited], [undefined, { from: id, usage }]);
    }
    assert.equal((await store.read(id)).token_usage.total, 30);
  });

  test('stands without its parent, and the parent is as it was', async (t) => {
    const { store, id } = await parent(t);
    const before = await store.entries(id);
    const fork = await store.fork(id, {});
    await store.append(fork.id, [message('q3')]);
    assert.deepEqual(await store.entries(id), before);
    await store.remove([id]);
    assert.equal((await store.settle(fork.id)).message_count, 5);
  });

  test('at an entry that is not there is an error, and makes nothing', async (t) => {
    const { store, id } = await parent(t);
    await assert.rejects(store.fork(id, { at: 'nowhere' }), { code: 'not_found', message: /has no entry nowhere/ });
    await assert.rejects(store.fork('f'.repeat(32), {}), { code: 'not_found' });
    assert.equal((await store.list()).length, 1);
  });
});
