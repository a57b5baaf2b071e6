import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { openScratchStore } from '../support/openScratchStore.js';

const id = 'a'.repeat(32);

describe('undo', () => {
  test('takes back a rename, tags and an archiving, the last first, and says what', async (t) => {
    const { store } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first', tags: ['old'] });
    await store.update(id, () => ({ title: 'second', title_source: 'user' }), { what: 'Renamed "first"' });
    await store.update(id, ({ tags }) => ({ tags: [...tags, 'new'] }), { what: 'Tagged "second"' });
    await store.update(id, () => ({ archived: true, error_message: 'kept' }), { what: 'Archived "second"' });
    assert.deepEqual(await store.undo(), { what: 'Archived "second"', ids: [id] });
    const record = await store.read(id);
    assert.deepEqual([record.archived, record.error_message, record.tags], [false, undefined, ['old', 'new']]);
    await store.undo();
    assert.deepEqual((await store.read(id)).tags, ['old']);
    await store.undo();
    const { title, title_source } = await store.read(id);
    assert.deepEqual([title, title_source], ['first', 'auto']);
    assert.equal(await store.undo(), null);
  });

  test('is each surface’s own', async (t) => {
    const { store, again } = openScratchStore(t);
    const window = again('window:1');
    await store.create({ id, workdir: '/p', title: 'first' });
    await store.update(id, () => ({ title: 'by the terminal' }), { what: 'Renamed' });
    await window.update(id, () => ({ pinned: true }), { what: 'Pinned' });
    assert.equal((await store.undo())?.what, 'Renamed');
    assert.equal((await store.read(id)).pinned, true);
    assert.equal((await window.undo())?.what, 'Pinned');
    assert.equal(await window.undo(), null);
  });

  test('leaves alone what was changed again since, says so, and then takes the change before', async (t) => {
    const { store, again } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first' });
    await store.update(id, () => ({ pinned: true }), { what: 'Pinned' });
    await store.update(id, () => ({ title: 'second' }), { what: 'Renamed' });
    await again('other').update(id, () => ({ title: 'third' }));
    await assert.rejects(store.undo(), { code: 'failed', message: '"Renamed" cannot be undone: it was changed again since' });
    assert.equal((await store.read(id)).title, 'third');
    assert.equal((await store.undo())?.what, 'Pinned');
  });

  test('passes over a change that was journalled and never made', async (t) => {
    const { store } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first' });
    await store.update(id, () => ({ pinned: true }), { what: 'Pinned' });
    const journal = path.join(store.root, 'journal.jsonl');
    const change = JSON.parse(readFileSync(journal, 'utf8').split('\n')[0] ?? '') as Record<string, unknown>;
    const act = { kind: 'update', before: { title: 'first' }, after: { title: 'never' } };
    appendFileSync(journal, `${JSON.stringify({ ...change, id: 'b'.repeat(32), what: 'Renamed', act })}\n{"type":"change","torn`);
    assert.equal((await store.undo())?.what, 'Pinned');
    assert.equal((await store.read(id)).title, 'first');
  });

  test('of a change to a session that another program deleted takes the change before', async (t) => {
    const { store, again } = openScratchStore(t);
    const other = 'b'.repeat(32);
    await store.create({ id, workdir: '/p', title: 'first' });
    await store.create({ id: other, workdir: '/p' });
    await store.update(id, () => ({ pinned: true }), { what: 'Pinned' });
    await store.update(other, () => ({ pinned: true }), { what: 'Pinned the other' });
    await again('other').remove([other]);
    assert.equal((await store.undo())?.what, 'Pinned');
  });

  test('hands back what the caller journalled, in order with the store’s own changes', async (t) => {
    const { store } = openScratchStore(t);
    await store.create({ id, workdir: '/p', title: 'first' });
    await store.journal({ what: 'Deleted elsewhere', ids: ['clinvk:1'], data: { folder: 'kept' } });
    await store.update(id, () => ({ pinned: true }), { what: 'Pinned' });
    assert.equal((await store.undo())?.what, 'Pinned');
    assert.deepEqual(await store.undo(), { what: 'Deleted elsewhere', ids: ['clinvk:1'], data: { folder: 'kept' } });
    assert.equal(await store.undo(), null);
  });

  test('passes over what came to nothing', async (t) => {
    const { store } = openScratchStore(t);
    await store.journal({ what: 'Deleted elsewhere', ids: [], data: 1 });
    const forget = await store.journal({ what: 'Renamed elsewhere', ids: [], data: 2 });
    await forget();
    assert.equal((await store.undo())?.what, 'Deleted elsewhere');
    assert.equal(await store.undo(), null);
  });

  test('of a store that is not there, or whose journal is no journal, is nothing', async (t) => {
    const { store } = openScratchStore(t);
    assert.equal(await store.undo(), null);
    await store.create({ id, workdir: '/p' });
    writeFileSync(path.join(store.root, 'journal.jsonl'), Buffer.from([0xff, 0xfe, 0x0a, 0x7b, 0x0a]));
    assert.equal(await store.undo(), null);
  });

  test('keeps to the last changes when the journal has grown long', async (t) => {
    const { store } = openScratchStore(t);
    for (let n = 0; n < 520; n++) await store.journal({ what: `change ${String(n)}`, ids: [], data: 'x'.repeat(2100) });
    const lines = readFileSync(path.join(store.root, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
    assert.ok(lines.length < 520 && lines.length >= 500, String(lines.length));
    assert.equal((await store.undo())?.what, 'change 519');
  });
});
