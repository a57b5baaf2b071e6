import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { nodeFilePort } from '../../src/store/filePort.js';
import { openStore } from '../../src/store/openStore.js';
import type { Store, StoreQuery } from '../../src/store/store.js';
import { openScratchStore, type OpenScratchStore } from '../support/openScratchStore.js';
import { probedPort } from '../support/probedPort.js';
import { message } from '../support/scratchStore.js';

const idOf = (n: number): string => n.toString(16).padStart(32, '0');

/** A store with sessions 1 to `count`, used one minute after the other, and an index that is old enough to be trusted. */
async function filled(t: TestContext, count: number): Promise<OpenScratchStore> {
  const scratch = openScratchStore(t);
  for (let n = 1; n <= count; n++) {
    const time = new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
    const { store } = scratch;
    await store.create({
      id: idOf(n),
      workdir: '/p',
      title: `session ${String(n)}`,
      created_at: time,
      last_used_at: time,
      tags: n % 2 === 0 ? ['even'] : [],
    });
  }
  await scratch.store.list();
  return scratch;
}

/** A store that counts the records it reads, opened by another program: it has nothing in memory. */
function counting(scratch: OpenScratchStore): { readonly store: Store; readonly read: string[] } {
  const read: string[] = [];
  const port = probedPort(nodeFilePort, {
    before(call, [file]) {
      if ((call === 'readFileSync' || call === 'readTextStatSync') && String(file).endsWith('.json'))
        read.push(path.basename(String(file), '.json'));
    },
  });
  return { store: openStore(scratch.store.root, { actor: { program: 'other', surface: 'other' }, port }), read };
}

const titles = async (store: Store, query: StoreQuery = {}): Promise<readonly string[]> =>
  (await store.query(query)).rows.map(({ title }) => title);

/** What `jq … > file` does to a record. */
function edit(file: string, change: Readonly<Record<string, unknown>>): void {
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }));
}

/** Lets the index believe that it was written a minute from now, so that nothing it tells of is young any more. */
async function settled(scratch: OpenScratchStore): Promise<void> {
  const real = Date.now;
  Date.now = () => real() + 60_000;
  try {
    await scratch.again().list();
    const file = path.join(scratch.store.root, 'cache', 'list-index');
    const later = new Date(real() + 60_000);
    utimesSync(file, later, later);
  } finally {
    Date.now = real;
  }
}

test('one session that cannot be read, or is deleted this moment, keeps no list from the others', async (t) => {
  const scratch = await filled(t, 3);
  // A turn runs, or stopped, in them: what is shown of them is in the transcript.
  for (const n of [1, 2]) await scratch.again().append(idOf(n), [message('new')]);
  const port = probedPort(nodeFilePort, {
    before(call, [file]) {
      if (call !== 'open') return;
      if (file === scratch.paths(idOf(1)).transcript) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      if (file !== scratch.paths(idOf(2)).transcript) return;
      for (const each of [scratch.paths(idOf(2)).record, file]) rmSync(each, { force: true });
    },
  });
  const store = openStore(scratch.store.root, { actor: { program: 'other', surface: 'other' }, port });
  const rows = await store.list();
  assert.deepEqual(
    rows.map(({ title, problem }) => [title, problem?.kind]),
    [
      ['session 3', undefined],
      ['session 1', 'unreadable'],
    ],
  );
});

describe('a list is never stale', () => {
  test('a record edited in place shows, whatever its length and times', async (t) => {
    const scratch = await filled(t, 3);
    const { record } = scratch.paths(idOf(2));
    edit(record, { title: 'edited in place' });
    assert.ok((await titles(scratch.store)).includes('edited in place'), 'in the process that has it in memory');
    assert.ok((await titles(scratch.again())).includes('edited in place'), 'in another process');
    const { atime, mtime } = statSync(record);
    edit(record, { title: 'Edited in place' });
    utimesSync(record, atime, mtime);
    assert.ok((await titles(scratch.store)).includes('Edited in place'));
    assert.ok((await titles(scratch.again())).includes('Edited in place'));
  });

  test('what was edited is sorted and filtered by what it says now', async (t) => {
    const scratch = await filled(t, 4);
    await settled(scratch);
    edit(scratch.paths(idOf(1)).record, { last_used_at: '2027-01-01T00:00:00.000Z', tags: ['even'] });
    const query: StoreQuery = { where: ({ tags }) => tags.includes('even'), limit: 2 };
    for (const store of [scratch.store, scratch.again()]) {
      assert.deepEqual(await titles(store, query), ['session 1', 'session 4']);
      assert.equal((await store.query(query)).matched, 3);
    }
  });

  test('a session made, deleted, or put in by hand by another program shows', async (t) => {
    const scratch = await filled(t, 2);
    await settled(scratch);
    const other = scratch.again('other');
    await other.create({ id: idOf(9), workdir: '/p', title: 'new' });
    assert.equal((await scratch.store.list()).length, 3);
    await other.remove([idOf(1)]);
    assert.deepEqual(await titles(scratch.store), ['new', 'session 2']);
    const { record, transcript } = scratch.paths(idOf(2));
    rmSync(record);
    rmSync(transcript);
    assert.deepEqual(await titles(scratch.store), ['new']);
  });

  test('a record that another takes the place of shows, even with the same times', async (t) => {
    const scratch = await filled(t, 2);
    const { record } = scratch.paths(idOf(1));
    const { atime, mtime } = statSync(record);
    copyFileSync(record, `${record}.copy`);
    edit(`${record}.copy`, { title: 'Session 1' });
    renameSync(`${record}.copy`, record);
    utimesSync(record, atime, mtime);
    assert.ok((await titles(scratch.store)).includes('Session 1'));
  });

  test('what a crash left in the transcript alone shows', async (t) => {
    const scratch = await filled(t, 1);
    await scratch.again().append(idOf(1), [message('one'), message('two', 'assistant')]);
    assert.equal((await scratch.store.list())[0]?.message_count, 2);
  });
});

describe('the index', () => {
  test('spares reading the records: only what is shown is read', async (t) => {
    const scratch = await filled(t, 6);
    await settled(scratch);
    const { store, read } = counting(scratch);
    assert.deepEqual(await titles(store, { limit: 2 }), ['session 6', 'session 5']);
    assert.deepEqual(read, [idOf(6), idOf(5)]);
  });

  test('reads again what changed within two seconds before it was written', async (t) => {
    const scratch = await filled(t, 2);
    const { store, read } = counting(scratch);
    await store.query({ limit: 1 });
    assert.deepEqual(read.sort(), [idOf(1), idOf(2), idOf(2)]);
  });

  test('is built anew when it is deleted, damaged, of another version, or another store’s', async (t) => {
    const scratch = await filled(t, 3);
    await settled(scratch);
    const file = path.join(scratch.store.root, 'cache', 'list-index');
    const good = readFileSync(file);
    const wrong: Readonly<Record<string, Uint8Array>> = {
      empty: Buffer.alloc(0),
      truncated: good.subarray(0, good.length - 5),
      'one bit': Buffer.from(good.map((byte, at) => (at === good.length - 40 ? byte ^ 1 : byte))),
      'not ours': Buffer.from('{"format":"skein-list-index-1"}\n'),
      'no lines': Buffer.alloc(1000, 1),
    };
    for (const [name, bytes] of Object.entries(wrong)) {
      writeFileSync(file, bytes);
      assert.deepEqual(await titles(scratch.again()), ['session 3', 'session 2', 'session 1'], name);
    }
    rmSync(path.join(scratch.store.root, 'cache'), { recursive: true });
    assert.equal((await scratch.again().list()).length, 3);
    assert.ok(existsSync(file));
    // Another store's index tells of other files, whatever they are called.
    const other = await filled(t, 3);
    edit(other.paths(idOf(3)).record, { title: 'the other' });
    writeFileSync(path.join(other.store.root, 'cache', 'list-index'), good);
    assert.deepEqual(await titles(other.again()), ['the other', 'session 2', 'session 1']);
  });

  test('is not needed: a store that cannot be written is listed', async (t) => {
    const scratch = await filled(t, 3);
    rmSync(path.join(scratch.store.root, 'cache'), { recursive: true });
    const before = (call: string, [, how]: readonly unknown[]): void => {
      if (call === 'mkdir' || how === 'create') throw Object.assign(new Error('read-only'), { code: 'EROFS' });
    };
    const store = openStore(scratch.store.root, {
      actor: { program: 'test', surface: 'test' },
      port: probedPort(nodeFilePort, { before }),
    });
    assert.equal((await store.list()).length, 3);
  });

  test('pages neither repeat nor leave out sessions that are equal', async (t) => {
    const { store, again } = openScratchStore(t);
    const time = '2026-01-01T00:00:00.000Z';
    for (let n = 1; n <= 7; n++) await store.create({ id: idOf(n), workdir: '/p', created_at: time, last_used_at: time });
    const pages = await Promise.all([0, 3, 6].map((offset) => again().query({ offset, limit: 3 })));
    assert.deepEqual(
      pages.flatMap(({ rows }) => rows.map(({ id }) => id)),
      [1, 2, 3, 4, 5, 6, 7].map(idOf),
    );
    for (const { matched, total } of pages) assert.deepEqual([matched, total], [7, 7]);
  });

  test('sorts by tokens, cost and creation, unknown costs last', async (t) => {
    const { store } = openScratchStore(t);
    const usage = (total: number) => ({ input: 0, output: 0, cached: 0, reasoning: 0, total });
    await store.create({ id: idOf(1), workdir: '/p', title: 'a', token_usage: usage(5), cost_usd: 0, created_at: '2026-01-03T00:00:00Z' });
    await store.create({
      id: idOf(2),
      workdir: '/p',
      title: 'b',
      token_usage: usage(9),
      cost_usd: null,
      created_at: '2026-01-02T00:00:00Z',
    });
    await store.create({ id: idOf(3), workdir: '/p', title: 'c', token_usage: usage(7), cost_usd: 2, created_at: '2026-01-01T00:00:00Z' });
    const order = async (sort: StoreQuery['sort']) => (await titles(store, { sort })).join('');
    assert.deepEqual([await order('tokens'), await order('cost'), await order('created')], ['bca', 'cab', 'abc']);
  });

  test('of a store that is not there is empty, and nothing is made', async (t) => {
    const { store } = openScratchStore(t);
    assert.deepEqual(await store.query({}), { rows: [], matched: 0, total: 0 });
    assert.ok(!existsSync(store.root));
  });
});

test('several processes may write the index at once, and each list is whole', async (t) => {
  const scratch = await filled(t, 40);
  const stores = Array.from({ length: 8 }, (_, n) => scratch.again(`surface ${String(n)}`));
  const lists = await Promise.all(
    stores.map(async (store, n) => {
      rmSync(path.join(store.root, 'cache', 'list-index'), { force: true });
      await store.update(idOf(n + 1), () => ({ title: `by ${String(n)}` }));
      return store.list();
    }),
  );
  for (const [n, rows] of lists.entries()) {
    assert.equal(rows.length, 40);
    assert.ok(rows.some(({ title }) => title === `by ${String(n)}`));
  }
});
