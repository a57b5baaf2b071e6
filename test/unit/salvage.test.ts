import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { thisOwner } from '../../src/store/owner.js';
import { openScratchStore } from '../support/openScratchStore.js';
import { message } from '../support/scratchStore.js';

const id = 'a'.repeat(32);

describe('a session whose record is lost', () => {
  test('is what its transcript tells: name, tags, counts and the agent’s own session', async (t) => {
    const { store, paths } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first', backend: 'claude' }, [message('q'), message('a', 'assistant')]);
    await store.update(id, () => ({ title: 'renamed', tags: ['bug'], backend_session_id: 'sess_1', pinned: true }));
    const { revision: _revision, transcript: _transcript, ...whole } = await store.read(id);
    for (const damage of ['', '{', '[]', 'null', '\u0000'.repeat(50), JSON.stringify({ version: 1, id })]) {
      writeFileSync(paths(id).record, damage);
      const row = await store.row(id);
      assert.equal(row.problem?.kind, 'salvaged', damage);
      assert.equal(row.problem.path, paths(id).record);
      const { revision: _r, transcript: _t, ...salvaged } = await store.read(id);
      assert.deepEqual(salvaged, whole);
      assert.equal(readFileSync(paths(id).record, 'utf8'), damage, 'what does not parse is never overwritten by looking at it');
    }
    rmSync(paths(id).record);
    assert.equal((await store.row(id)).problem?.kind, 'orphaned');
    assert.equal((await store.read(id)).title, 'renamed');
  });

  test('in the making, on a host or in a container that is gone, is finished when its lock was not touched for a minute', async (t) => {
    const { store, paths, again } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first' }, [message('q')]);
    rmSync(paths(id).record);
    rmSync(paths(id).lock, { recursive: true, force: true });
    mkdirSync(paths(id).lock);
    const mark = `${paths(id).lock}/owner-beef.json`;
    writeFileSync(mark, JSON.stringify({ ...(await thisOwner('test', 'beef')), boot: 'another' }));
    assert.equal((await again().row(id)).problem?.kind, 'orphaned');
    const long = new Date(Date.now() - 120_000);
    utimesSync(mark, long, long);
    assert.equal((await again().row(id)).problem, undefined);
    assert.equal((await store.read(id)).title, 'first');
  });

  test('and whose first line is lost too is what the other lines tell', async (t) => {
    const { store, paths, folder } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first' }, [message('q')]);
    const lines = readFileSync(paths(id).transcript, 'utf8').split('\n');
    writeFileSync(paths(id).transcript, ['{"type":"session', ...lines.slice(1)].join('\n'));
    rmSync(paths(id).record);
    const { workdir, prompt, message_count } = await store.read(id);
    assert.deepEqual({ workdir, prompt, message_count }, { workdir: folder, prompt: 'text of q', message_count: 1 });
  });

  test('and of whose transcript nothing is left is a row all the same, and cannot be read', async (t) => {
    const { store, paths, folder } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first' });
    writeFileSync(paths(id).record, '{');
    writeFileSync(paths(id).transcript, Buffer.alloc(100, 0xff));
    const [row] = await store.list();
    assert.deepEqual([row?.id, row?.problem?.kind, row?.workdir], [id, 'damaged', folder]);
    await assert.rejects(store.read(id), { code: 'damaged' });
  });
});

describe('what a stranger or an editor did to the files', () => {
  test('nesting without end makes a record or a line damaged, and stops nobody from listing or telling the session', async (t) => {
    const { store, paths } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first' }, [message('q')]);
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    appendFileSync(
      paths(id).transcript,
      `{"type":"tool_call","id":"t","timestamp":"2026-01-27T10:00:00Z","call":{"id":"c","kind":"other","title":"t","status":"completed","input":${deep}}}\n`,
    );
    writeFileSync(paths(id).record, readFileSync(paths(id).record, 'utf8').replace('"metadata": {}', `"metadata": {"a": ${deep}}`));
    const [row] = await store.list();
    assert.deepEqual([row?.title, row?.problem?.kind], ['first', 'salvaged']);
    const { entries, skipped } = await store.entries(id);
    assert.match(skipped.map(({ detail }) => detail).join(), /nested too deeply/);
    assert.ok(JSON.stringify([row, entries]).length > 0);
    const call = { id: 'c', kind: 'other', title: 't', status: 'completed', input: JSON.parse(deep) as unknown } as const;
    await assert.rejects(store.append(id, [{ type: 'tool_call', id: 'u', timestamp: '2026-01-27T10:00:00Z', call }]), { code: 'usage' });
  });

  test('a byte order mark in front of a transcript hides no first line', async (t) => {
    const { store, paths } = openScratchStore(t);
    await store.create({ id, workdir: '/projects/mine', title: 'first' }, [message('q')]);
    writeFileSync(paths(id).transcript, `\ufeff${readFileSync(paths(id).transcript, 'utf8')}`);
    rmSync(paths(id).record);
    const { entries, skipped } = await store.entries(id);
    assert.deepEqual([entries[0]?.type, skipped], ['session', []]);
    assert.equal((await store.read(id)).workdir, '/projects/mine');
  });
});
