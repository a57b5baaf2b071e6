import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../src/model/logger.js';
import { fakeAgentsForFile, onPrompt } from '../support/fakeAgent.js';
import { processesWith } from '../support/processesWith.js';
import { choose, runTurn } from '../support/runTurn.js';

const agents = fakeAgentsForFile();

describe('a permission request', () => {
  const asks = onPrompt(`
    const options = [{ optionId: 'y', name: 'Yes', kind: 'allow_once' }, { optionId: 'n', name: 'No', kind: 'reject_once' }];
    const answer = await request('session/request_permission', { sessionId: 's1', toolCall: { toolCallId: 't', title: 'Run ls', kind: 'execute' }, options });
    say(JSON.stringify(answer.outcome));
    update({ sessionUpdate: 'tool_call_update', toolCallId: 't', status: answer.outcome.optionId === 'y' ? 'completed' : 'failed' });
    reply(id, { stopReason: 'end_turn' });`);

  test('reaches the person and carries the choice back', async () => {
    const yes = await runTurn(await agents.start(asks), 'x', { permit: choose('allow_once') });
    assert.deepEqual([yes.text, yes.calls[0]?.status], ['{"outcome":"selected","optionId":"y"}', 'completed']);
    const no = await runTurn(await agents.start(asks), 'x', { permit: choose('reject_once') });
    assert.deepEqual([no.text, no.calls[0]?.status], ['{"outcome":"selected","optionId":"n"}', 'denied']);
  });

  test('that is not answered, answered with what was not offered, or whose asking fails, is no yes', async () => {
    const permits = [
      () => null,
      () => 'allow_everything',
      () => {
        throw new Error('the panel is gone');
      },
    ];
    for (const permit of permits) {
      const { text, calls } = await runTurn(await agents.start(asks), 'x', { permit });
      assert.deepEqual([text, calls[0]?.status], ['{"outcome":"cancelled"}', 'denied']);
    }
  });

  test('is answered by a cancel of the turn', async () => {
    const cancel = new AbortController();
    const ran = await runTurn(await agents.start(asks), 'x', {
      signal: cancel.signal,
      permit: () => {
        cancel.abort();
        return new Promise(() => undefined);
      },
    });
    assert.equal(ran.text, '{"outcome":"cancelled"}');
  });

  test('outside of a turn is cancelled', async () => {
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const logger: Logger = { trace: note, debug: note, info: note, warn: note, error: note };
    await agents.start(
      `on['session/new'] = async (params, id) => {
        reply(id, { sessionId: 's1' });
        await sleep(50);
        const answer = await request('session/request_permission', { sessionId: 's1', toolCall: { toolCallId: 't' }, options: [] });
        console.error(JSON.stringify(answer));
      };`,
      { logger },
    );
    while (!lines.includes('fake: {"outcome":{"outcome":"cancelled"}}')) await delay(5);
  });
});

describe('a cancel', () => {
  test('is told to the agent, whose end of the turn counts; open calls are cancelled', async () => {
    const session =
      await agents.start(`${onPrompt(`on.turn = id; update({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'Build', status: 'in_progress' });`)}
      on['session/cancel'] = () => reply(on.turn, { stopReason: 'cancelled' });`);
    const cancel = new AbortController();
    const { result, calls } = await runTurn(session, 'x', { signal: cancel.signal, onUpdate: () => cancel.abort() });
    assert.deepEqual([result.stop_reason, calls[0]?.status], ['cancelled', 'cancelled']);
  });

  test('that the agent answers with an error is a cancel all the same', async () => {
    const session = await agents.start(`${onPrompt(`on.turn = id; say('x');`)}
      on['session/cancel'] = () => send({ id: on.turn, error: { code: -32603, message: 'aborted' } });`);
    const cancel = new AbortController();
    const { result } = await runTurn(session, 'x', { signal: cancel.signal, onUpdate: () => cancel.abort() });
    assert.equal(result.stop_reason, 'cancelled');
  });

  test('before the turn began sends nothing', async () => {
    const session = await agents.start(onPrompt(`process.exit(1);`));
    assert.equal((await runTurn(session, 'x', { signal: AbortSignal.abort() })).result.stop_reason, 'cancelled');
  });

  test('that the agent does not hear kills it and all that it started', async () => {
    const marker = `deaf-${process.pid}`;
    const session = await agents.start(
      `import { spawn } from 'node:child_process';
      ${onPrompt(`spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' }).once('spawn', () => say('deaf'));`)}
      process.on('SIGTERM', () => {});`,
      { env: { SKEIN_TEST: marker }, limits: { cancel: 200 } },
    );
    const cancel = new AbortController();
    const { result, text } = await runTurn(session, 'x', { signal: cancel.signal, onUpdate: () => cancel.abort() });
    assert.deepEqual([result.stop_reason, text], ['cancelled', 'deaf']);
    assert.equal((await agents.open[0]!.closed).code, null);
    if (process.platform === 'linux') while ((await processesWith(`SKEIN_TEST=${marker}`)).length > 0) await delay(10);
  });
});
