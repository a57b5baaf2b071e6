import assert from 'node:assert/strict';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { ClaudeStore } from '../support/claudeStore.js';
import { folderState } from '../support/folderState.js';
import { withFolder } from '../support/openFolder.js';

const foldersOf = async (workspace: Workspace): Promise<ReadonlyMap<string, string>> =>
  new Map((await workspace.list({ scope: 'all' })).rows.map(({ id, workdir }) => [id, workdir]));

describe('sessions of a folder that was moved', () => {
  test('are linked to where it is now after a preview, ours and other programs’, and undo takes it back', async () => {
    await withFolder({}, async ({ dir, home, open, workspace }) => {
      const claude = new ClaudeStore(home);
      claude.session('top', [claude.prompt('a', 'one', { cwd: dir })]);
      claude.session('below', [claude.prompt('b', 'two', { cwd: join(dir, 'src/app') })]);
      claude.session('beside', [claude.prompt('c', 'three', { cwd: `${dir}-other` })]);
      const { id: own } = await workspace.create({ title: 'ours' });
      const adopted = await workspace.resume('claude:top');
      const now = join(dir, '../renamed');
      await rename(dir, now);
      const moved = await open({ dir: now });
      const theirs = await folderState(claude.projects);
      const before = await foldersOf(moved);

      const gone = await moved.relink({ dryRun: true });
      assert.deepEqual(gone.map(({ row }) => row.id).sort(), ['claude:below', 'claude:beside', adopted.id, own].sort());
      const preview = await moved.relink({ from: dir, dryRun: true });
      assert.deepEqual(
        new Map(preview.map(({ row, workdir }) => [row.id, workdir])),
        new Map([
          ['claude:below', join(now, 'src/app')],
          [adopted.id, now],
          [own, now],
        ]),
      );
      assert.deepEqual(await foldersOf(moved), before, 'a preview changes nothing');

      await moved.relink({ from: dir, dryRun: false });
      const after = await foldersOf(await open({ dir: now }));
      for (const { row, workdir } of preview) assert.equal(after.get(row.id), workdir);
      assert.equal(after.get('claude:beside'), `${dir}-other`);
      assert.deepEqual(await folderState(claude.projects), theirs);
      const shown = (await moved.list()).rows.map(({ id }) => id);
      assert.ok(shown.includes('claude:below'), 'it is one of the folder again');
      assert.equal((await moved.get('claude:below')).workdir, join(now, 'src/app'));

      // Another folder that takes the old name later has its own sessions.
      await mkdir(dir);
      claude.session('later', [claude.prompt('d', 'four', { cwd: dir, timestamp: new Date(Date.now() + 60_000).toISOString() })]);
      assert.equal((await foldersOf(moved)).get('claude:later'), dir);

      const undone = await moved.undo();
      assert.match(undone?.what ?? '', /^Linked 3 sessions to /);
      const back = await foldersOf(moved);
      for (const [id, workdir] of before) assert.equal(back.get(id), workdir);
    });
  });

  test('stay where they are while the old folder is there, or the new one is not', async () => {
    await withFolder({}, async ({ dir, workspace }) => {
      await assert.rejects(workspace.relink({ from: dir, dryRun: true }), { code: 'usage', message: /is still there/ });
      await assert.rejects(workspace.relink({ from: '/nowhere/old', to: '/nowhere/new', dryRun: true }), { code: 'not_found' });
      await assert.rejects(workspace.relink({ dryRun: false }), { code: 'usage' });
    });
  });
});
