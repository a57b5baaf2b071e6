import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { withFolder, type OpenFolder } from '../support/openFolder.js';
import { scriptedCatalog, type ScriptedCatalog } from '../support/scriptedCatalog.js';
import { everything } from '../support/storeFiles.js';
import { inShort, turn } from '../support/turn.js';

const minute = 60_000;
const hour = 60 * minute;

/** Runs under a fake clock with two sessions that were used just now, their agents warm. */
async function withTwo(
  t: TestContext,
  run: (at: OpenFolder & { agents: ScriptedCatalog; ids: readonly [string, string]; pass: (ms: number) => Promise<void> }) => Promise<void>,
): Promise<void> {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
  const agents = scriptedCatalog({ can: { resume: true } });
  await withFolder({ agents }, async (folder) => {
    const { workspace } = folder;
    const ids = [await workspace.create({ backend: 'scripted' }), await workspace.create({ backend: 'scripted' })].map(({ id }) => id);
    for (const id of ids) await turn(workspace, id, 'hello');
    const pass = async (ms: number): Promise<void> => {
      t.mock.timers.tick(ms);
      await tick();
    };
    await run({ ...folder, agents, ids: ids as [string, string], pass });
  });
}

/** Every file of the store with what is in it and when it was written. */
function filesOf(root: string): unknown {
  return [...everything(root)].map(([name, digest]) => [name, digest, statSync(path.join(root, name)).mtimeMs]);
}

describe('a session that nobody used for 24 hours', () => {
  test('leaves memory, and its files are untouched', (t) =>
    withTwo(t, async ({ workspace, agents, pass }) => {
      const before = filesOf(workspace.root);
      await pass(24 * hour - minute);
      assert.equal(agents.open(), 2, 'a minute earlier it is there');
      await pass(11 * minute);
      assert.equal(agents.open(), 0);
      assert.deepEqual(filesOf(workspace.root), before);
    }));

  test('goes on when it is next used, with all that was said', (t) =>
    withTwo(t, async ({ workspace, agents, ids: [id], pass }) => {
      await pass(25 * hour);
      assert.equal(agents.open(), 0);
      assert.deepEqual(inShort((await workspace.snapshot(id)).entries), ['user hello', 'assistant you said: hello']);
      assert.equal((await turn(workspace, id, 'again')).stop_reason, 'end_turn');
      assert.ok(agents.calls.includes('resume s1'));
      assert.equal((await workspace.get(id)).turn_count, 2);
      assert.equal(agents.open(), 1);
    }));

  test('is told from one that was used meanwhile: that one stays', (t) =>
    withTwo(t, async ({ workspace, agents, ids: [, used], pass }) => {
      await pass(20 * hour);
      await turn(workspace, used, 'still here');
      await pass(5 * hour);
      assert.equal(agents.open(), 1);
      const connects = agents.calls.filter((call) => call === 'connect').length;
      await turn(workspace, used, 'and here');
      assert.equal(agents.calls.filter((call) => call === 'connect').length, connects, 'by the agent it had');
    }));
});
