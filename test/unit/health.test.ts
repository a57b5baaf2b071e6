import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { healthLines } from '../../src/cli/healthLines.js';
import { ClaudeStore } from '../support/claudeStore.js';
import { folderState } from '../support/folderState.js';
import { withFolder } from '../support/openFolder.js';
import { cancelled, scriptedCatalog } from '../support/scriptedCatalog.js';
import { content } from '../support/turn.js';

test('each store tells how many sessions it has, which are damaged and where, and who holds one since when; nothing is mended', async () => {
  const agents = scriptedCatalog({ script: (_prompt, hooks) => cancelled(hooks) });
  await withFolder({ agents }, async ({ workspace, open, home }) => {
    const claude = new ClaudeStore(home);
    claude.session('good', [claude.prompt('a', 'one')]);
    const broken = claude.session('broken', []);
    const [damaged, running] = [
      await workspace.create({ title: 'damaged' }),
      await workspace.create({ title: 'runs', backend: 'scripted' }),
    ];
    const record = join(workspace.root, 'sessions', `${damaged.id}.json`);
    await writeFile(record, '{ "version": 1');
    const turn = await workspace.startTurn(running.id, content('wait'));
    const before = await folderState(join(home, '.claude'));

    const health = await (await open()).health();
    assert.deepEqual(
      health.map(({ name, sessions, problems }) => [name, sessions, problems.map(({ kind, path }) => [kind, path])]),
      [
        ['skein', 2, [['salvaged', record]]],
        ['claude', 2, [['damaged', broken]]],
      ],
    );
    const [held] = health[0]?.held ?? [];
    assert.deepEqual([held?.id, held?.title, held?.holder.pid, held?.holder.program], [running.id, 'runs', process.pid, 'test']);
    const lines = healthLines(health);
    assert.match(lines[0] ?? '', /^Skein: 2 sessions, 1 salvaged$/);
    assert.match(lines[1] ?? '', /^ {2}"runs" is locked by test \(pid \d+ on \S+\) since \d{4}-/);
    assert.equal(lines[2], 'Claude Code: 2 sessions, 1 damaged');
    assert.deepEqual(await folderState(join(home, '.claude')), before);
    turn.cancel();
    await turn.done;
  });
});
