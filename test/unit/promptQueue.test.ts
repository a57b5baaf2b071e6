import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { deadOwner } from '../support/deadOwner.js';
import { withFolder } from '../support/openFolder.js';
import { cancelled, echo, say, scriptedCatalog, type Script } from '../support/scriptedCatalog.js';
import { content, inShort } from '../support/turn.js';
import { until } from '../support/until.js';

/** Answers at once, but `wait` when it is told to or cancelled. */
function waiting(): { script: Script; go: () => Promise<void> } {
  const held: (() => void)[] = [];
  const script: Script = async (prompt, hooks) => {
    if (!prompt.startsWith('wait')) return echo(prompt, hooks);
    await say(hooks, 'so far');
    const told = new Promise<void>((resolve) => held.push(resolve)).then(() => echo(prompt, hooks));
    return Promise.race([told, cancelled(hooks)]);
  };
  const go = async (): Promise<void> => {
    await until('it waits', () => held.length > 0);
    held.shift()?.();
  };
  return { script, go };
}

const queued = async (workspace: Workspace, id: string): Promise<string[]> =>
  ((await workspace.snapshot(id)).queued ?? []).map((prompt) => (prompt.content[0]?.type === 'text' ? prompt.content[0].text : ''));

const talk = async (workspace: Workspace, id: string): Promise<string[]> => inShort(await workspace.history(id));

describe('a prompt sent while a turn runs', () => {
  test('waits, is shown to whoever opens the session, and runs in its turn', async () => {
    const { script, go } = waiting();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const told: TurnUpdate[] = [];
      workspace.onTurn((_id, _seq, update) => told.push(update));
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.equal(await workspace.queueTurn(id, content('wait')), undefined, 'at rest it starts at once');
      const second = await workspace.queueTurn(id, content('two'));
      await workspace.queueTurn(id, content('three'));
      assert.ok(second !== undefined);
      assert.deepEqual(await queued(workspace, id), ['two', 'three']);
      assert.equal((await workspace.status(id)).queued, 2);
      await go();
      await until('all ran', async () => (await talk(workspace, id)).length === 6);
      const prompts = (await talk(workspace, id)).filter((line) => line.startsWith('user'));
      assert.deepEqual(prompts, ['user wait', 'user two', 'user three']);
      await until('it rests', () => workspace.running(id) === undefined);
      assert.deepEqual(await queued(workspace, id), []);
      const lengths = told.flatMap((update) => (update.kind === 'queue' ? [update.queued.length] : []));
      assert.deepEqual(lengths, [1, 2, 1, 0]);
      await assert.rejects(workspace.unqueue(id, second), { code: 'not_found' });
    });
  });

  test('can be taken back, to be edited', async () => {
    const { script, go } = waiting();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const first = await workspace.startTurn(id, content('wait'));
      const waits = await workspace.queueTurn(id, content('not this'));
      assert.deepEqual(await workspace.unqueue(id, waits ?? ''), { id: waits, content: [{ type: 'text', text: 'not this' }] });
      await go();
      await first.done;
      assert.deepEqual((await talk(workspace, id)).length, 2);
    });
  });

  test('steers: the running turn is cancelled, what it said is kept, and this one comes before those that wait', async () => {
    const { script } = waiting();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const first = await workspace.startTurn(id, content('wait'));
      await until('it answers', async () => (await workspace.snapshot(id)).live.length > 0);
      await workspace.queueTurn(id, content('later'));
      await workspace.queueTurn(id, content('rather this'), { steers: true });
      assert.equal((await first.done).stop_reason, 'cancelled');
      await until('all ran', async () => (await talk(workspace, id)).length === 6);
      assert.deepEqual(await talk(workspace, id), [
        ...['user wait', 'assistant so far'],
        ...['user rather this', 'assistant you said: rather this'],
        ...['user later', 'assistant you said: later'],
      ]);
    });
  });

  test('is held where that turn is stopped, and follows the next one that ends well', async () => {
    const { script } = waiting();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const first = await workspace.startTurn(id, content('wait'));
      await workspace.queueTurn(id, content('later'));
      first.cancel();
      await first.done;
      assert.deepEqual(await queued(workspace, id), ['later']);
      assert.equal(workspace.running(id), undefined);
      await (
        await workspace.startTurn(id, content('now'))
      ).done;
      await until('both ran', async () => (await talk(workspace, id)).filter((line) => line === 'user later').length === 1);
    });
  });

  test('that cannot be kept, its store being gone, leaves no agent behind when the folder is closed', async () => {
    const { script } = waiting();
    const agents = scriptedCatalog({ script });
    await withFolder({ agents }, async ({ workspace, dir, log }) => {
      const ids = [await workspace.create({ backend: 'scripted' }), await workspace.create({ backend: 'scripted' })].map(({ id }) => id);
      const [warm = '', id = ''] = ids;
      await (
        await workspace.startTurn(warm, content('hello'))
      ).done;
      await workspace.startTurn(id, content('wait'));
      await workspace.queueTurn(id, content('two'));
      await rename(join(dir, '.skein'), join(dir, 'moved'));
      await workspace.dispose();
      assert.equal(agents.open(), 0);
      assert.match(log.join('\n'), /what waits in .* is lost/);
    });
  });

  test('is in the draft when the folder is closed, and when its process died', async () => {
    const { script } = waiting();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace, open, dir }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await workspace.startTurn(id, content('wait'));
      await workspace.setDraft(id, 'half a thought');
      await workspace.queueTurn(id, content('two'));
      const file = join(dir, '.skein', 'sessions', id, 'queue.json');
      await until('it is written', () => existsSync(file));
      const crashed = JSON.parse(await readFile(file, 'utf8')) as object;
      const other = await open();
      assert.equal((await other.snapshot(id)).draft, 'half a thought', 'it waits in a process that lives');
      await workspace.dispose();
      assert.equal((await other.snapshot(id)).draft, 'two\n\nhalf a thought');
      await mkdir(join(dir, '.skein', 'sessions', id), { recursive: true });
      await writeFile(file, JSON.stringify({ ...crashed, owner: await deadOwner() }));
      await other.setDraft(id, '');
      assert.equal((await other.snapshot(id)).draft, 'two');
      assert.ok(!existsSync(file));
      assert.equal((await other.snapshot(id)).draft, 'two', 'once');
    });
  });
});
