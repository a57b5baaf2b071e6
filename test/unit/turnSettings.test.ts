import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { patchFrom } from '../../src/core/config/sessionSettings.js';
import type { Workspace } from '../../src/core/workspace.js';
import { SessionError } from '../../src/model/errors.js';
import { withFolder } from '../support/openFolder.js';
import { echo, say, scriptedCatalog, send, type Script } from '../support/scriptedCatalog.js';
import { inShort, turn } from '../support/turn.js';

function noticesOf(workspace: Workspace): string[] {
  const notices: string[] = [];
  workspace.onTurn((_id, _seq, update) => {
    if (update.kind === 'notice') notices.push(update.text);
  });
  return notices;
}

const overloaded = (): never => {
  throw new SessionError('agent_failed', 'Scripted cannot be served', { hint: '529' });
};

/** Fails with every model but the third. */
const thirdAlone: Script = async (prompt, hooks, model) =>
  model === 'scripted-3' ? { ...(await echo(prompt, hooks)), model } : overloaded();

describe('the settings of a session', () => {
  test('win over the agent’s defaults, are kept, and hold on every turn', async () => {
    const agents = scriptedCatalog({ can: { think: true } });
    await withFolder({ agents }, async ({ workspace, open }) => {
      const config = workspace.config();
      await config.set('agents.scripted.defaults.model', 'scripted-2');
      await config.set('agents.scripted.defaults.thinking_level', 'low');
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      assert.deepEqual(agents.calls.slice(-3), ['model scripted-2', 'think low', 'prompt']);
      await workspace.patch([id], { settings: { model: 'scripted-4', thinking_level: 'high' } });
      await turn(await open(), id, 'two');
      assert.deepEqual(agents.calls.slice(-3), ['model scripted-4', 'think high', 'prompt']);
      await workspace.patch([id], { settings: { thinking_level: undefined } });
      assert.deepEqual((await workspace.get(id)).settings, { model: 'scripted-4' });
    });
  });

  test('that the agent has not got are said, and the turn runs', async () => {
    const thinking = scriptedCatalog({ can: { think: true } });
    await withFolder({ agents: thinking }, async ({ workspace }) => {
      const notices = noticesOf(workspace);
      const { id } = await workspace.create({ backend: 'scripted', settings: { thinking_level: 'xhigh' } });
      assert.equal((await turn(workspace, id, 'one')).stop_reason, 'end_turn');
      assert.deepEqual(notices, ['Scripted cannot be told to think “xhigh”: it offers low, high']);
    });
    await withFolder({}, async ({ workspace }) => {
      const notices = noticesOf(workspace);
      const { id } = await workspace.create({ backend: 'scripted', settings: { thinking_level: 'high' } });
      assert.equal((await turn(workspace, id, 'one')).stop_reason, 'end_turn');
      assert.deepEqual(notices, ['Scripted lets nobody choose how much it thinks']);
    });
  });
});

describe('a model that fails', () => {
  const fallbacks = async (workspace: Workspace, ...models: string[]) =>
    workspace.config().set('agents.scripted.defaults.fallbacks', models);

  test('is followed by the fallbacks in their order, which is said; the next turn asks the session’s own again', async () => {
    const agents = scriptedCatalog({ script: thirdAlone });
    await withFolder({ agents }, async ({ workspace }) => {
      await fallbacks(workspace, 'scripted-2', 'gone', 'scripted-3', 'scripted-4');
      const notices = noticesOf(workspace);
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.equal((await turn(workspace, id, 'hello')).stop_reason, 'end_turn');
      assert.deepEqual(notices, [
        'Scripted cannot be served: 529. scripted-2 is asked instead',
        'Scripted cannot be served: 529. scripted-3 is asked instead',
      ]);
      const entries = await workspace.history(id);
      assert.deepEqual(inShort(entries), ['user hello', 'assistant you said: hello']);
      const answer = entries.findLast((entry) => entry.type === 'message');
      assert.ok(answer?.type === 'message' && answer.model === 'scripted-3');
      assert.equal(agents.calls.at(-1), 'model scripted-1');
      assert.equal((await workspace.get(id)).model, undefined, 'what stood in is not the session’s model');
    });
  });

  test('is followed by the session’s own fallbacks in place of its agent’s; another agent has its own', async () => {
    const agents = scriptedCatalog({ script: thirdAlone, names: ['scripted', 'other'] });
    await withFolder({ agents }, async ({ workspace }) => {
      await fallbacks(workspace, 'scripted-2');
      const notices = noticesOf(workspace);
      const { id } = await workspace.create({ backend: 'scripted' });
      await workspace.patch([id], patchFrom(['fallbacks=scripted-3, scripted-4'], { tags: [] }));
      assert.equal((await turn(workspace, id, 'hello')).stop_reason, 'end_turn');
      assert.deepEqual(notices, ['Scripted cannot be served: 529. scripted-3 is asked instead']);
      assert.deepEqual((await workspace.patch([id], patchFrom(['fallbacks=default'], { tags: [] })))[0]?.settings.fallbacks, undefined);
      assert.deepEqual((await workspace.settings(id)).fallbacks, ['scripted-2']);
      await workspace.patch([id], { settings: { fallbacks: ['scripted-3'] } });
      assert.deepEqual((await workspace.patch([id], { backend: 'other' }))[0]?.settings, {});
    });
  });

  test('is an error when they all fail, or after a tool was used', async () => {
    await withFolder({ agents: scriptedCatalog({ script: overloaded }) }, async ({ workspace }) => {
      await fallbacks(workspace, 'scripted-2');
      const { id } = await workspace.create({ backend: 'scripted' });
      const { stop_reason, error } = await turn(workspace, id, 'hello');
      assert.deepEqual([stop_reason, error?.message, error?.hint], ['error', 'Scripted cannot be served', '529']);
    });
    const acting: Script = async (_prompt, hooks) => {
      await send(hooks, { kind: 'tool', call: { id: 'c', kind: 'edit', title: 'Edit a', status: 'completed' } });
      return overloaded();
    };
    const agents = scriptedCatalog({ script: acting });
    await withFolder({ agents }, async ({ workspace }) => {
      await fallbacks(workspace, 'scripted-2');
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.equal((await turn(workspace, id, 'hello')).stop_reason, 'error');
      assert.equal(agents.calls.filter((call) => call === 'prompt').length, 1);
    });
  });

  test('and whose agent is gone with it is not asked again', async () => {
    const agents = scriptedCatalog({
      script: async (_prompt, hooks) => {
        await say(hooks, 'I was ');
        agents.crash();
        return overloaded();
      },
    });
    await withFolder({ agents }, async ({ workspace }) => {
      await fallbacks(workspace, 'scripted-2');
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.equal((await turn(workspace, id, 'hello')).stop_reason, 'error');
      assert.equal(agents.calls.filter((call) => call === 'prompt').length, 1);
    });
  });
});
