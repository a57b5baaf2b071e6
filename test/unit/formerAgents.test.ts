import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { ClaudeStore } from '../support/claudeStore.js';
import { withFolder } from '../support/openFolder.js';
import { echo, scriptedCatalog } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';

const idsIn = async (workspace: Workspace): Promise<readonly string[]> => (await workspace.list()).rows.map(({ id }) => id).sort();

test('what an agent kept of a session that was handed on is the same session, counted once, until its own program goes on with it', async () => {
  await withFolder({ agents: scriptedCatalog({ script: echo, names: ['scripted', 'claude'] }) }, async ({ workspace, dir, home }) => {
    const { id } = await workspace.create({ backend: 'claude' });
    await turn(workspace, id, 'hello');
    // The first session of the scripted agent, which stands for Claude Code here, as Claude Code itself would keep it.
    const claude = new ClaudeStore(home);
    const at = (minutes: number) => ({ cwd: dir, timestamp: new Date(Date.now() + minutes * 60_000).toISOString() });
    claude.session('s1', [
      claude.prompt('p1', 'hello', at(0)),
      claude.answer('a1', 'p1', [{ type: 'text', text: 'you said: hello' }], at(0)),
    ]);
    assert.deepEqual(await idsIn(workspace), [id], 'while it is that agent’s');
    const used = await workspace.usage();

    await workspace.patch([id], { backend: 'scripted' });
    await turn(workspace, id, 'and you');
    assert.deepEqual(await idsIn(workspace), [id], 'after it was handed on');
    assert.equal((await workspace.usage())[0]?.total, (used[0]?.total ?? 0) + 15, 'the other answer is counted, and the first once');
    await workspace.remove([id]);
    assert.deepEqual(await idsIn(workspace), [], 'and deleted with it');
    await workspace.undo();

    claude.append('s1', [claude.prompt('p2', 'from its own program', { ...at(5), parentUuid: 'a1' })]);
    assert.deepEqual(await idsIn(workspace), [id, 'claude:s1'].sort(), 'what was said there since is not hidden');

    await workspace.patch([id], { backend: 'claude' });
    await turn(workspace, id, 'back again');
    assert.deepEqual(await idsIn(workspace), [id, 'claude:s1'].sort(), 'a new conversation of the same agent covers no older one');
  });
});
