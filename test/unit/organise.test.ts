import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { ClaudeStore } from '../support/claudeStore.js';
import { clinvkSession, makeClinvkHome } from '../support/clinvkHome.js';
import { folderState } from '../support/folderState.js';
import { withFolder } from '../support/openFolder.js';
import { inShort, turn } from '../support/turn.js';

const create = async (workspace: Workspace, title: string) => (await workspace.create({ backend: 'scripted', title })).id;
const what = async (workspace: Workspace): Promise<string | undefined> => (await workspace.undo())?.what;

describe('renaming, tagging and the like', () => {
  test('each says what it did and is undone, last first', async () => {
    await withFolder({}, async ({ workspace }) => {
      const id = await create(workspace, 'one');
      await workspace.patch([id], { title: '  two\nwords ' });
      await workspace.patch([id], { addTags: ['b', 'a', 'b'] });
      await workspace.patch([id], { removeTags: ['b'] });
      await workspace.patch([id], { pinned: true });
      await workspace.patch([id], { archived: true });
      const [row] = await workspace.patch([id], { status: 'completed' });
      assert.deepEqual(
        [row?.title, row?.title_source, row?.tags, row?.pinned, row?.archived, row?.status],
        ['two words', 'user', ['a'], true, true, 'completed'],
      );
      const words = [
        'Marked "two words" as completed',
        'Archived "two words"',
        'Pinned "two words"',
        'Took b off "two words"',
        'Tagged "two words" with b, a',
        'Renamed "one" to "two words"',
      ];
      for (const expected of words) assert.equal(await what(workspace), expected);
      const back = await workspace.get(id);
      assert.deepEqual([back.title, back.tags, back.pinned, back.archived, back.status], ['one', [], false, false, 'created']);
      assert.equal(await workspace.undo(), null);
    });
  });

  test('take no empty title and no tag that is empty or holds control characters, also for a new session and a fork', async () => {
    await withFolder({}, async ({ workspace }) => {
      const id = await create(workspace, '  one\nline ');
      assert.equal((await workspace.get(id)).title, 'one line');
      for (const tag of ['', ' ', 'a\u001b[31m']) {
        await assert.rejects(workspace.patch([id], { addTags: ['fine', tag] }), { code: 'usage' });
        await assert.rejects(workspace.create({ backend: 'scripted', tags: [tag] }), { code: 'usage' });
      }
      await assert.rejects(workspace.create({ backend: 'scripted', title: ' ' }), { code: 'usage' });
      await assert.rejects(workspace.fork(id, { title: '' }), { code: 'usage' });
      await workspace.patch([id], { addTags: [' two words '] });
      assert.deepEqual((await workspace.get(id)).tags, ['two words']);
      assert.equal((await workspace.list()).rows.length, 1);
    });
  });

  test('of another program’s session that it refuses leaves nothing to undo', async () => {
    await withFolder({}, async ({ workspace, home }) => {
      const store = new ClaudeStore(home);
      const claude = 'bbbbbbbb-0000-4000-8000-000000000001';
      store.session(claude, [store.prompt('u', 'hello')]);
      await mkdir(join(home, '.claude/sessions'));
      await writeFile(join(home, '.claude/sessions/1.json'), JSON.stringify({ pid: process.pid, sessionId: claude }));
      const id = await create(workspace, 'one');
      await workspace.patch([id], { pinned: true });
      await assert.rejects(workspace.patch([`claude:${claude}`], { title: 'x' }), { code: 'busy' });
      assert.equal(await what(workspace), 'Pinned "one"');
      assert.equal(await workspace.undo(), null);
    });
  });

  test('of many is one change', async () => {
    await withFolder({}, async ({ workspace }) => {
      const ids = [await create(workspace, 'one'), await create(workspace, 'two'), await create(workspace, 'three')];
      await workspace.patch([ids[0] ?? ''], { addTags: ['x'] });
      await workspace.patch(ids, { addTags: ['x'], pinned: true });
      assert.equal(await what(workspace), 'Tagged 3 sessions with x');
      const rows = await Promise.all(ids.map((id) => workspace.get(id)));
      assert.deepEqual(
        rows.map(({ tags, pinned }) => [tags, pinned]),
        [
          [['x'], false],
          [[], false],
          [[], false],
        ],
      );
    });
  });

  test('that changes nothing is no change to undo', async () => {
    await withFolder({}, async ({ workspace }) => {
      const id = await create(workspace, 'one');
      await workspace.patch([id], { pinned: false, removeTags: ['none'] });
      assert.equal(await workspace.undo(), null);
      await assert.rejects(workspace.patch([id], { title: ' ' }), { code: 'usage' });
    });
  });

  test('of this surface alone is undone here', async () => {
    await withFolder({}, async ({ workspace, open }) => {
      const id = await create(workspace, 'one');
      await workspace.patch([id], { title: 'mine' });
      const window = await open({ surface: 'window:2' });
      await window.patch([id], { addTags: ['theirs'] });
      assert.equal(await what(workspace), 'Renamed "one" to "mine"');
      assert.deepEqual((await workspace.get(id)).tags, ['theirs']);
    });
  });

  test('of another program’s session goes to its own store and is undone there; what it has no place for is refused', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      const sessions = await makeClinvkHome(home, dir);
      const workspace = await open();
      const file = join(sessions, '587d1cc629168de754e2be217865bd42.json');
      const record = async () => JSON.parse(await readFile(file, 'utf8')) as { title?: string; tags?: string[] };
      const before = await record();
      const id = 'clinvk:587d1cc629168de754e2be217865bd42';
      const [row] = await workspace.patch([id], { title: 'new name', addTags: ['y'] });
      assert.deepEqual([row?.title, row?.tags.at(-1)], ['new name', 'y']);
      assert.equal((await record()).title, 'new name');
      await what(workspace);
      assert.deepEqual([(await record()).title ?? '', (await record()).tags ?? []], [before.title ?? '', before.tags ?? []]);
      await assert.rejects(workspace.patch([id], { pinned: true }), { code: 'unsupported', hint: /resume it first/ });
    });
  });
});

describe('deleting', () => {
  test('moves to the trash, and restore or undo brings all of it back', async () => {
    await withFolder({}, async ({ workspace }) => {
      const ids = [await create(workspace, 'one'), await create(workspace, 'two')];
      await turn(workspace, ids[0] ?? '', 'hello');
      await workspace.setDraft(ids[0] ?? '', 'unsent');
      await workspace.remove(ids);
      assert.equal((await workspace.list()).rows.length, 0);
      assert.deepEqual((await workspace.trashed()).map(({ row }) => row.title).sort(), ['one', 'two']);
      assert.deepEqual(await workspace.undo().then((undone) => [undone?.what, [...(undone?.ids ?? [])].sort()]), [
        'Deleted 2 sessions',
        [...ids].sort(),
      ]);
      assert.deepEqual(inShort(await workspace.history(ids[0] ?? '')), ['user hello', 'assistant you said: hello']);
      assert.equal((await workspace.snapshot(ids[0] ?? '')).draft, 'unsent');
      await workspace.remove([ids[1] ?? '']);
      await workspace.restore([(ids[1] ?? '').slice(0, 12)]);
      assert.equal((await workspace.list()).rows.length, 2);
    });
  });

  test('another program’s session is hidden, in each window and after a restart, and its store stays as it is', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      const sessions = await makeClinvkHome(home, dir);
      const before = await folderState(sessions);
      const workspace = await open();
      const own = await create(workspace, 'mine');
      const id = `clinvk:${clinvkSession}`;
      const shown = async (): Promise<string[]> => (await (await open()).list()).rows.map((row) => row.id).sort();
      const all = await shown();
      for (const back of [() => workspace.undo(), async () => workspace.restore([id, own]), async () => workspace.restore([id])]) {
        await workspace.remove([id, own]);
        assert.deepEqual(
          await shown(),
          all.filter((one) => one !== id && one !== own),
        );
        assert.deepEqual((await (await open()).list({ limit: 99 })).rows.map((row) => row.id).sort(), await shown(), 'a page is the same');
        await assert.rejects(workspace.get(id), { code: 'not_found' });
        assert.deepEqual((await workspace.trashed()).map(({ row }) => row.id).sort(), [own, id].sort());
        await back();
        assert.ok((await shown()).includes(id));
      }
      assert.deepEqual(
        (await workspace.trashed()).map(({ row }) => row.id),
        [own],
        'one may be put back without the other',
      );
      assert.deepEqual(await folderState(sessions), before);
    });
  });

  test('an adopted session is gone with its source’s row, and comes back with it as one', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeClinvkHome(home, dir);
      const workspace = await open();
      const count = (await workspace.list()).rows.length;
      const { id } = await workspace.resume(`clinvk:${clinvkSession}`);
      for (const back of [() => workspace.undo(), async () => workspace.restore([id])]) {
        await workspace.remove([id]);
        assert.equal((await workspace.list()).rows.length, count - 1);
        assert.deepEqual(
          (await workspace.trashed()).map(({ row }) => row.id),
          [id],
        );
        await back();
        assert.equal((await workspace.list()).rows.length, count);
        assert.equal((await workspace.get(clinvkSession)).id, id);
        assert.equal((await workspace.trashed()).length, 0);
      }
    });
  });

  test('in its own program’s store keeps a copy, says so beforehand, and undo puts the very file back', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      const sessions = await makeClinvkHome(home, dir);
      const workspace = await open();
      const file = join(sessions, `${clinvkSession}.json`);
      const before = await readFile(file);
      const own = await create(workspace, 'mine');
      const id = `clinvk:${clinvkSession}`;
      for (const back of [() => workspace.undo(), () => workspace.restore([id, own])]) {
        const plan = await workspace.planRemoval([id, own]);
        assert.deepEqual(
          plan.map(({ removable, restorable, detail }) => [removable, restorable, /a copy is kept|the trash/.exec(detail)?.[0]]),
          [
            [true, true, 'the trash'],
            [true, true, 'a copy is kept'],
          ],
        );
        await workspace.remove([id, own], { inSource: true });
        assert.ok(!(await readdir(sessions)).includes(`${clinvkSession}.json`));
        assert.deepEqual((await workspace.trashed()).map(({ row }) => row.id).sort(), [own, id].sort());
        await back();
        assert.deepEqual(await readFile(file), before);
        assert.equal((await workspace.get(own)).title, 'mine', 'both in one go');
        assert.equal((await workspace.trashed()).length, 0);
      }
    });
  });

  test('where another program’s store cannot be written deletes nothing at all, and says why', async () => {
    await withFolder({}, async ({ dir, home, env, open }) => {
      await makeClinvkHome(home, dir);
      const workspace = await open({ env: { ...env, PATH: '/nowhere' } });
      const own = await create(workspace, 'mine');
      await assert.rejects(workspace.remove([own, `clinvk:${clinvkSession}`], { inSource: true }), { code: 'read_only', message: /flock/ });
      assert.equal((await workspace.get(own)).title, 'mine');
    });
  });
});

describe('cleaning', () => {
  const day = 86_400_000;
  test('says of each session why it goes or stays, moves the old ones to the trash, and is undone', async () => {
    let now = Date.now() - 40 * day;
    await withFolder({ now: () => now }, async ({ workspace }) => {
      const old = await create(workspace, 'old');
      const pinned = await create(workspace, 'pinned');
      const kept = await create(workspace, 'kept');
      await workspace.patch([pinned], { pinned: true });
      await workspace.patch([kept], { addTags: ['keep'] });
      now = Date.now();
      await create(workspace, 'young');
      const reasons = (await workspace.clean({ olderThanMs: 30 * day, dryRun: true })).map(({ row, goes, reason }) => [
        row.title,
        goes,
        reason,
      ]);
      assert.deepEqual(reasons.sort(), [
        ['kept', false, 'tagged keep'],
        ['old', true, 'last used 40 days ago'],
        ['pinned', false, 'pinned'],
        ['young', false, 'last used less than a minute ago'],
      ]);
      assert.equal((await workspace.list()).rows.length, 4, 'a dry run changes nothing');
      assert.ok(
        (await workspace.clean({ dryRun: false })).every(({ goes }) => !goes),
        'by default all is kept for ever',
      );
      await workspace.config().set('session.retention_days', 30);
      await workspace.clean({ dryRun: false });
      assert.deepEqual((await workspace.list()).rows.map(({ title }) => title).sort(), ['kept', 'pinned', 'young']);
      assert.equal(await what(workspace), 'Cleaned "old"');
      assert.equal((await workspace.get(old)).title, 'old');
    });
  });
});
