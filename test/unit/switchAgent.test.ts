import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SessionError } from '../../src/model/errors.js';
import { withFolder } from '../support/openFolder.js';
import { cancelled, echo, scriptedCatalog } from '../support/scriptedCatalog.js';
import { content, inShort, turn } from '../support/turn.js';

const names = ['scripted', 'other'];

describe('a session that is handed to another agent', () => {
  test('goes on with all that was said, and each message says who wrote it', async () => {
    const agents = scriptedCatalog({ names, can: { resume: true } });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted', settings: { model: 'scripted-2', thinking_level: 'high' } });
      await turn(workspace, id, 'my name is Ada');
      const [handed] = await workspace.patch([id], { backend: 'other' });
      assert.deepEqual([handed?.backend, handed?.backend_session_id, handed?.model], ['other', undefined, undefined]);
      assert.deepEqual(handed?.settings, { thinking_level: 'high' }, 'a model is one agent’s');
      await turn(workspace, id, 'who am I');
      assert.ok(agents.calls.includes('connect other') && !agents.calls.some((call) => call.startsWith('resume')));
      assert.match(agents.prompts.at(-1) ?? '', /User:\nmy name is Ada[^]*who am I$/);
      const entries = await workspace.history(id);
      const writers = entries.flatMap((entry) => (entry.type === 'message' ? [entry.backend] : []));
      assert.deepEqual(writers, ['scripted', 'scripted', 'other', 'other']);
      assert.deepEqual(inShort(entries), [
        'user my name is Ada',
        'assistant you said: my name is Ada',
        'user who am I',
        'assistant you said: who am I',
      ]);
      await turn(workspace, id, 'once more');
      assert.equal(agents.prompts.at(-1), 'once more', 'the new agent is kept');
    });
  });

  test('has its agent’s own model again when that is asked for, also after another one answered', async () => {
    const agents = scriptedCatalog({ names, script: async (prompt, hooks) => ({ ...(await echo(prompt, hooks)), model: 'scripted-2' }) });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted', settings: { model: 'scripted-2' } });
      await turn(workspace, id, 'one');
      assert.equal((await workspace.get(id)).model, 'scripted-2');
      const [changed] = await workspace.patch([id], { settings: { model: undefined } });
      assert.deepEqual([changed?.model, changed?.settings.model, (await workspace.settings(id)).model], [undefined, undefined, undefined]);
      await workspace.undo();
      assert.deepEqual([(await workspace.get(id)).model, (await workspace.get(id)).settings.model], ['scripted-2', 'scripted-2']);
    });
  });

  test('can be given another model with it, and back with undo', async () => {
    const agents = scriptedCatalog({ names });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      const [handed] = await workspace.patch([id], { backend: 'other', settings: { model: 'scripted-2' } });
      assert.deepEqual([handed?.backend, handed?.settings], ['other', { model: 'scripted-2' }]);
      assert.equal((await workspace.undo())?.what, 'Handed "one" to other');
      const back = await workspace.get(id);
      assert.deepEqual([back.backend, back.backend_session_id, back.settings], ['scripted', 's1', {}]);
      await turn(workspace, id, 'two');
      assert.equal(agents.prompts.at(-1), 'two', 'nothing was said to anyone else, so its agent knows all');
    });
  });

  test('stays with the new one when its former agent was answering', async () => {
    const agents = scriptedCatalog({
      names,
      script: async (prompt, hooks) => (prompt === 'wait' ? { ...(await cancelled(hooks)), model: 'scripted-1' } : echo(prompt, hooks)),
    });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const running = await workspace.startTurn(id, content('wait'));
      await workspace.patch([id], { backend: 'other' });
      running.cancel();
      await running.done;
      const row = await workspace.get(id);
      assert.deepEqual([row.backend, row.backend_session_id, row.model], ['other', undefined, undefined]);
    });
  });

  test('stays as it is where there is no such agent, or it is not installed', async () => {
    const agents = scriptedCatalog({ names });
    const list = agents.list.bind(agents);
    const some = {
      ...agents,
      list: async () => [
        ...(await list()),
        { name: 'gone', title: 'Gone', demo: false, can: [], problem: '“gone” was not found', install: 'npm i gone' },
      ],
    };
    await withFolder({ agents: some }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await assert.rejects(workspace.patch([id], { backend: 'nobody' }), {
        code: 'usage',
        message: 'there is no agent named nobody',
        hint: 'known are scripted, other, gone',
      });
      await assert.rejects(workspace.fork(id, { backend: 'nobody' }), { code: 'usage' });
      await assert.rejects(
        workspace.patch([id], { backend: 'gone' }),
        (error) => error instanceof SessionError && error.code === 'agent_missing' && error.hint === 'npm i gone',
      );
      assert.equal((await workspace.get(id)).backend, 'scripted');
    });
  });
});
