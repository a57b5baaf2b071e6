import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { ClaudeStore } from '../support/claudeStore.js';
import { git, makeRepository } from '../support/gitRepository.js';
import { withFolder } from '../support/openFolder.js';
import { turn } from '../support/turn.js';

const found = async (workspace: Workspace, search: string): Promise<readonly string[]> =>
  (await workspace.list({ search })).rows.map(({ id }) => id).sort();

describe('the branch of a session', () => {
  test('is that of its folder when it is made, and of its last turn; searches find ours by it as others’', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeRepository(dir);
      const claude = new ClaudeStore(home);
      claude.session('theirs', [claude.prompt('a', 'one', { cwd: dir, gitBranch: 'feature/login' })]);
      const workspace = await open();
      const first = await workspace.create({ backend: 'scripted' });
      assert.equal(first.metadata['branch'], 'main');
      const spawned = await workspace.create({ backend: 'scripted', spawnedBy: first.id });
      assert.deepEqual(spawned.metadata, { branch: 'main', spawned_by: first.id });
      await git(dir, 'switch', '--quiet', '--create', 'feature/login');
      assert.deepEqual(await found(workspace, 'branch:main'), [first.id, spawned.id].sort());
      await turn(workspace, first.id, 'now here');
      const second = await workspace.create({ backend: 'scripted' });
      assert.deepEqual(await found(workspace, 'branch:login'), ['claude:theirs', first.id, second.id].sort());
      assert.deepEqual(await found(workspace, 'branch:main'), [spawned.id]);
      const adopted = await workspace.resume('claude:theirs');
      assert.ok((await found(workspace, 'branch:login')).includes(adopted.id));
      await git(dir, 'switch', '--quiet', '--detach');
      await turn(workspace, second.id, 'on no branch');
      assert.equal((await workspace.get(second.id)).metadata['branch'], undefined);
    });
  });

  test('in a linked worktree is the worktree’s, and there is none outside git', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeRepository(dir);
      const linked = join(dir, '../linked');
      await git(dir, 'worktree', 'add', '--quiet', '-b', 'aside', linked);
      assert.equal((await (await open({ dir: linked })).create({})).metadata['branch'], 'aside');
      await mkdir(join(home, 'plain'));
      assert.equal((await (await open({ dir: join(home, 'plain') })).create({})).metadata['branch'], undefined);
    });
  });
});
