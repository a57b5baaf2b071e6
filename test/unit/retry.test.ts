import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SessionError } from '../../src/model/errors.js';
import { withFolder } from '../support/openFolder.js';
import { cancelled, echo, say, scriptedCatalog, type Script } from '../support/scriptedCatalog.js';
import { content, inShort, turn } from '../support/turn.js';
import { until } from '../support/until.js';

/** Fails at the first prompt of that text, and answers it the next time. */
function failingOnce(text: string): Script {
  let failed = false;
  return async (prompt, hooks) => {
    if (prompt !== text || failed) return echo(prompt, hooks);
    failed = true;
    await say(hooks, 'I was about');
    throw new SessionError('agent_failed', 'the network is gone');
  };
}

describe('a retry', () => {
  test('sends the last prompt again, which stands in the transcript once; what it came to before is kept', async () => {
    const agents = scriptedCatalog({ script: failingOnce('two') });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      assert.equal((await turn(workspace, id, 'two')).stop_reason, 'error');
      assert.equal((await workspace.get(id)).status, 'error');
      assert.equal((await (await workspace.retryTurn(id)).done).stop_reason, 'end_turn');
      const row = await workspace.get(id);
      assert.deepEqual([row.status, row.turn_count, row.error_message], ['active', 2, undefined]);
      assert.deepEqual(inShort(await workspace.history(id)), [
        ...['user one', 'assistant you said: one'],
        ...['user two', 'assistant I was about', 'assistant you said: two'],
      ]);
      const last = agents.prompts.at(-1) ?? '';
      assert.match(last, /User:\none[^]*two$/, 'the agent that was started anew is told what came before');
      assert.doesNotMatch(last, /User:\ntwo|I was about/, 'and gets the prompt once');
    });
  });

  test('works after a turn that was stopped, and is refused where there is nothing to send again', async () => {
    let first = true;
    const script: Script = (prompt, hooks) => {
      if (!first) return echo(prompt, hooks);
      first = false;
      return cancelled(hooks);
    };
    const agents = scriptedCatalog({ script });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await assert.rejects(workspace.retryTurn(id), { code: 'usage', message: 'there is no prompt to send again' });
      const running = await workspace.startTurn(id, content('hello'));
      await until('it is asked', () => agents.calls.includes('prompt'));
      running.cancel();
      await running.done;
      await (
        await workspace.retryTurn(id)
      ).done;
      assert.deepEqual(inShort(await workspace.history(id)), ['user hello', 'assistant', 'assistant you said: hello']);
      await assert.rejects(workspace.retryTurn(id), { code: 'usage', message: 'the last prompt was answered' });
      assert.equal((await workspace.get(id)).running, undefined, 'a refusal leaves no lease');
    });
  });
});
