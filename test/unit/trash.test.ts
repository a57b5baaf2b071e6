import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { nodeFilePort } from '../../src/store/filePort.js';
import { openStore } from '../../src/store/openStore.js';
import { deadOwner } from '../support/deadOwner.js';
import { openScratchStore, type OpenScratchStore } from '../support/openScratchStore.js';
import { probedPort } from '../support/probedPort.js';
import { message } from '../support/scratchStore.js';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

async function three(t: TestContext): Promise<OpenScratchStore> {
  const scratch = openScratchStore(t);
  for (const id of [a, b, c])
    await scratch.store.create({ id, workdir: '/p', title: `title of ${id.slice(0, 1)}` }, [message(`m of ${id}`)]);
  return scratch;
}

const ids = async ({ store }: OpenScratchStore): Promise<string> =>
  (await store.list())
    .map(({ id }) => id.slice(0, 1))
    .sort()
    .join('');

describe('deleting', () => {
  test('moves everything of a session to the trash, and undo brings it back byte for byte', async (t) => {
    const scratch = await three(t);
    const { store, paths } = scratch;
    await store.writePartial(a, [message('streams', 'assistant')]);
    const before = [paths(a).record, paths(a).transcript, paths(a).partial].map((file) => readFileSync(file));
    await store.remove([a]);
    for (const file of [paths(a).record, paths(a).transcript, paths(a).folder]) assert.ok(!existsSync(file));
    assert.equal(await ids(scratch), 'bc');
    const [trashed] = await store.trashed();
    assert.equal(trashed?.row.title, 'title of a');
    assert.equal(trashed.row.message_count, 1);
    assert.deepEqual(await store.undo(), { what: 'Deleted "title of a"', ids: [a] });
    assert.deepEqual(
      [paths(a).record, paths(a).transcript, paths(a).partial].map((file) => readFileSync(file)),
      before,
    );
    assert.deepEqual(await store.trashed(), []);
    assert.deepEqual(readdirSync(path.join(store.root, 'trash')), []);
    assert.equal(await store.undo(), null);
  });

  test('many at once is one change, and cleaning says so', async (t) => {
    const scratch = await three(t);
    const { store } = scratch;
    await store.remove([a, b, a], { reason: 'clean' });
    assert.equal(await ids(scratch), 'c');
    assert.deepEqual(await store.undo(), { what: 'Cleaned 2 sessions', ids: [a, b] });
    assert.equal(await ids(scratch), 'abc');
  });

  test('refuses all when one is not there, or runs', async (t) => {
    const scratch = await three(t);
    const { store } = scratch;
    await assert.rejects(store.remove([a, 'd'.repeat(32)]), { code: 'not_found' });
    await assert.rejects(store.remove([a, '../../etc']), { code: 'not_found' });
    const lease = await scratch.again('other').acquireLease(b);
    await assert.rejects(store.remove([a, b]), { code: 'busy', message: /^"title of b" is running in test \(pid / });
    await lease.release();
    assert.equal(await ids(scratch), 'abc');
    assert.equal(await store.undo(), null);
  });

  test('as the undoing of another change is not itself undone', async (t) => {
    const scratch = await three(t);
    await scratch.store.remove([a], { reason: 'undo' });
    assert.equal(await ids(scratch), 'bc');
    assert.equal(await scratch.store.undo(), null);
    await scratch.store.restore([a]);
    assert.equal(await ids(scratch), 'abc');
  });

  test('works for what is damaged: it goes and comes back as it was', async (t) => {
    const scratch = await three(t);
    writeFileSync(scratch.paths(a).record, '{ damaged');
    await scratch.store.remove([a]);
    assert.equal((await scratch.store.trashed())[0]?.row.problem?.kind, 'salvaged');
    await scratch.store.undo();
    assert.equal(readFileSync(scratch.paths(a).record, 'utf8'), '{ damaged');
  });

  test('at a time that no calendar has, as a folder says that somebody made, hides none of the others', async (t) => {
    const scratch = await three(t);
    await scratch.store.remove([a]);
    mkdirSync(path.join(scratch.store.root, 'trash', `${b}.9999999999999999`));
    writeFileSync(path.join(scratch.store.root, 'trash', `${b}.9999999999999999`, `${b}.json`), readFileSync(scratch.paths(b).record));
    assert.deepEqual(
      (await scratch.store.trashed()).map(({ row }) => row.id),
      [a],
    );
  });

  test('is refused for a session that another program begins to run meanwhile, and all stays where it was', async (t) => {
    const scratch = await three(t);
    const file = path.join(scratch.folder, 'taken');
    const port = probedPort(nodeFilePort, {
      before: (call, [name]) => {
        // Its note is written: from now on it moves what it has looked at.
        if (call !== 'open' || !String(name).includes(`${path.sep}pending${path.sep}`) || existsSync(file)) return;
        writeFileSync(file, '');
        mkdirSync(scratch.paths(b).folder);
        writeFileSync(scratch.paths(b).lease, lease);
      },
    });
    const other = scratch.again('other');
    const held = await other.acquireLease(b);
    const lease = readFileSync(scratch.paths(b).lease);
    await held.release();
    const store = openStore(scratch.store.root, { actor: { program: 'test', surface: 'test' }, port });
    await assert.rejects(store.remove([a, b]), { code: 'busy', message: /^"title of b" is running in test \(pid / });
    assert.equal(await ids(scratch), 'abc');
    assert.equal(await store.undo(), null);
  });

  test('does not follow a link where the trash should be', async (t) => {
    const scratch = await three(t);
    const elsewhere = path.join(scratch.folder, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, path.join(scratch.store.root, 'trash'));
    await assert.rejects(scratch.store.remove([a]), { code: 'damaged' });
    assert.equal(await ids(scratch), 'abc');
    assert.deepEqual(readdirSync(elsewhere), []);
  });
});

describe('restoring', () => {
  test('takes the session as it was last deleted', async (t) => {
    const scratch = await three(t);
    const { store } = scratch;
    await store.remove([a]);
    await store.create({ id: a, workdir: '/p', title: 'another a' });
    await store.remove([a]);
    assert.deepEqual(
      (await store.trashed()).map(({ row }) => row.title),
      ['another a'],
    );
    await store.restore([a]);
    assert.equal((await store.row(a)).title, 'another a');
    await assert.rejects(store.restore([a]), { code: 'failed', message: /there is a session/ });
    await assert.rejects(store.restore([b]), { code: 'not_found' });
  });

  test('leaves nothing for undo to do, which then takes the change before', async (t) => {
    const scratch = await three(t);
    const { store } = scratch;
    await store.update(b, () => ({ title: 'renamed' }), { what: 'Renamed' });
    await store.remove([a]);
    await store.restore([a]);
    assert.equal((await store.undo())?.what, 'Renamed');
    assert.equal(await ids(scratch), 'abc');
  });

  test('that another program is quicker in says so, and takes nothing back of what that one did', async (t) => {
    const scratch = await three(t);
    await scratch.store.remove([a]);
    let quicker = false;
    const port = probedPort(nodeFilePort, {
      before: (call, [name]) => {
        if (quicker || call !== 'open' || !String(name).includes(`${path.sep}pending${path.sep}`)) return;
        quicker = true;
        const trash = path.join(scratch.store.root, 'trash');
        const [folder = ''] = readdirSync(trash);
        for (const file of readdirSync(path.join(trash, folder)))
          renameSync(path.join(trash, folder, file), path.join(path.dirname(scratch.paths(a).record), file));
      },
    });
    const store = openStore(scratch.store.root, { actor: { program: 'test', surface: 'test' }, port });
    await assert.rejects(store.restore([a]), { code: 'gone' });
    assert.equal(await ids(scratch), 'abc');
    assert.equal((await scratch.store.row(a)).problem, undefined);
  });

  test('does not overwrite: undo of a deletion whose id is taken fails and changes nothing', async (t) => {
    const scratch = await three(t);
    const { store } = scratch;
    await store.remove([a, b]);
    await store.create({ id: a, workdir: '/p', title: 'new a' });
    await assert.rejects(store.undo(), { code: 'failed', message: /is there already/ });
    assert.equal((await store.row(a)).title, 'new a');
    assert.equal(await ids(scratch), 'ac');
    assert.equal((await store.trashed()).length, 2);
  });
});

test('what a process that died had begun is finished by the next that looks', async (t) => {
  const scratch = await three(t);
  const { store, paths } = scratch;
  await store.remove([a]);
  // As if it had died after the first of its moves, with its note still there.
  const [folder = ''] = readdirSync(path.join(store.root, 'trash'));
  const trash = path.join(store.root, 'trash', folder);
  renameSync(path.join(trash, `${a}.jsonl`), paths(a).transcript);
  const steps = ['json', 'jsonl'].map((ending) => ({ id: a, from: `sessions/${a}.${ending}`, to: `trash/${folder}/${a}.${ending}` }));
  const owner = await deadOwner();
  mkdirSync(path.join(store.root, 'pending'), { recursive: true });
  writeFileSync(path.join(store.root, 'pending', 'one.json'), JSON.stringify({ owner, steps }));
  assert.equal(await ids(scratch), 'bc');
  assert.ok(!existsSync(paths(a).transcript));
  assert.deepEqual(readdirSync(path.join(store.root, 'pending')), []);
  await store.undo();
  assert.equal(await ids(scratch), 'abc');
});

test('a note that comes from a stranger moves nothing out of the store', async (t) => {
  const scratch = await three(t);
  const victim = path.join(scratch.folder, 'victim');
  writeFileSync(victim, 'kept');
  const owner = await deadOwner();
  mkdirSync(path.join(scratch.store.root, 'pending'), { recursive: true });
  // A link that lies deeper in the store than its own folders leads out of it just as well.
  symlinkSync(scratch.folder, path.join(scratch.store.root, 'sessions', 'out'));
  for (const from of ['../victim', 'sessions/../../victim', victim, 'trash/./../../victim', 'config.yaml', 'sessions/out/victim']) {
    const note = path.join(scratch.store.root, 'pending', 'note.json');
    writeFileSync(note, JSON.stringify({ owner, steps: [{ id: '', from, to: 'trash/taken' }] }));
    await scratch.store.list();
    assert.equal(readFileSync(victim, 'utf8'), 'kept', from);
    rmSync(note);
  }
});

test('a folder of the store that is a link is neither read for notes nor written to', async (t) => {
  const scratch = await three(t);
  const outside = path.join(scratch.folder, 'outside');
  mkdirSync(outside);
  const note = path.join(outside, 'note.json');
  const steps = [{ id: '', from: 'sessions/a', to: 'trash/a' }];
  writeFileSync(note, JSON.stringify({ owner: await deadOwner(), steps }));
  symlinkSync(outside, path.join(scratch.store.root, 'pending'));
  const [row] = await scratch.store.list();
  assert.ok(row);
  await assert.rejects(scratch.store.remove([row.id]), { code: 'damaged', message: /pending is not a folder, but perhaps a link/ });
  symlinkSync(outside, path.join(scratch.store.root, 'sessions', row.id));
  await assert.rejects(scratch.store.acquireLease(row.id), { code: 'damaged' });
  await assert.rejects(scratch.store.writePartial(row.id, [message('a')]), { code: 'damaged' });
  assert.deepEqual(readdirSync(outside), ['note.json']);
});
