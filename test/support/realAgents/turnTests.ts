import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { test } from 'node:test';
import type { EntryOf } from '../../../src/model/entry.js';
import { textOf } from '../../../src/model/contentText.js';
import { answerTo, lastAnswer, type Scenario } from './scenario.js';
import { tell } from './told.js';

/** The kinds of turns: an answer that streams, a tool that is asked for, and one that is stopped. */
export function turnTests(scenario: Scenario): void {
  const { agent, row } = scenario;
  const order = agent.deviations?.order ?? ((file) => `[[write ${file} some text]]`);

  test('a new session answers, and streams', async () => {
    const { workspace } = scenario;
    const id = await scenario.session();
    const { ended, deltas } = await tell(workspace, id, 'tell me of the pipes in this project, and at some length');
    assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
    const expected = 'You said: tell me of the pipes in this project, and at some length\nEarlier user turns: 0';
    assert.equal(deltas.join('').trim(), expected);
    assert.ok(deltas.length > 1);
    assert.equal(await lastAnswer(workspace, id), expected);
    const record = await workspace.get(id);
    assert.deepEqual([record.status, record.backend, record.turn_count], ['active', agent.name, 1]);
    assert.ok(record.backend_session_id);
    row.new = 'natively';
    row.stream = 'natively';
  });

  for (const [means, answer] of [['granted', 'allow_once'] as const, ['refused', 'reject_once'] as const]) {
    test(`a tool that was ${means} ${means === 'granted' ? 'runs' : 'does not run, and the session goes on'}`, async () => {
      const { workspace, place } = scenario;
      const id = await scenario.session();
      const before = (await workspace.history(id)).length;
      const file = path.join(place.dir, `${means}.txt`);
      const { ended, asked } = await tell(workspace, id, order(file, place.home), { answer });
      assert.ok(asked.length > 0, 'it asked');
      const entries = (await workspace.history(id)).slice(before);
      const calls = entries.filter((entry): entry is EntryOf<'tool_call'> => entry.type === 'tool_call').map(({ call }) => call);
      assert.equal(calls.length, 1);
      assert.equal(calls[0]?.status, means === 'granted' ? 'completed' : 'denied');
      if (means === 'granted') assert.equal((await readFile(file, 'utf8')).trim(), 'some text');
      else await assert.rejects(access(file), { code: 'ENOENT' });
      if (means === 'granted' || agent.deviations?.refusalEndsTurn !== true) {
        assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
        assert.match(await lastAnswer(workspace, id), /The tool said: /);
      }
      assert.match(await answerTo(workspace, id, 'and then'), /^You said: and then/);
      row['tools, asked first'] = 'natively';
    });
  }

  test('a cancelled turn ends, and keeps what streamed', async () => {
    const { workspace, place } = scenario;
    const id = await scenario.session();
    const hangs = place.server.hanging();
    const { ended } = await tell(workspace, id, 'talk on and on [[hang]]', {
      onWords: (cancel) => void hangs.then(cancel),
    });
    assert.deepEqual(ended, { kind: 'ended', stop_reason: 'cancelled' });
    const last = (await workspace.history(id)).findLast((entry) => entry.type === 'message');
    assert.equal(last?.stop_reason, 'cancelled');
    assert.match(textOf(last.message.content), /^You said/);
    assert.match(await answerTo(workspace, id, 'are you there'), /^You said: are you there/);
    row.cancel = 'natively';
  });
}
