import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import type { EntryOf } from '../../src/model/entry.js';
import { textOf } from '../../src/model/entryText.js';
import { carriedBy } from './realAgents/carried.js';
import { forkTests } from './realAgents/forkTests.js';
import { failureTests } from './realAgents/failureTests.js';
import { settleRow, type MatrixRow } from './realAgents/matrix.js';
import { makeAgentPlace, type AgentPlace } from './realAgents/agentPlace.js';
import type { RealAgent } from './realAgents/realAgent.js';
import { answerTo, lastAnswer, type Scenario } from './realAgents/scenario.js';
import { tell } from './realAgents/told.js';

/**
 * Drives one real agent program through the product, against a model server of our own that sees what it is sent, and checks
 * that the README's table tells of it what was seen. `others` are the agents that a session is handed to.
 */
export function agentScenario(agent: RealAgent, others: readonly RealAgent[]): void {
  describe(agent.title, () => {
    let place: AgentPlace;
    let workspace: Workspace;
    const row: MatrixRow = {};
    const scenario: Scenario = {
      agent,
      row,
      get place() {
        return place;
      },
      get workspace() {
        return workspace;
      },
      session: async () => (await workspace.create({ backend: agent.name })).id,
    };

    before(
      async () => {
        place = await makeAgentPlace(agent);
        await agent.install();
      },
      { timeout: 900_000 }, // the first time, the agent is installed
    );
    after(() => place.close());
    // Each agent takes hundreds of megabytes, and one is kept for each session.
    beforeEach(async () => {
      workspace = await place.open();
    });
    afterEach(() => workspace.dispose());

    test('is found', async () => {
      const info = (await workspace.agents()).find(({ name }) => name === agent.name);
      assert.equal(info?.problem, undefined);
      assert.ok(info?.version);
    });

    test('a new session answers, and streams', async () => {
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
      test(`a tool that was ${means} ${means === 'granted' ? 'runs' : 'does not run, and the turn goes on'}`, async () => {
        const id = await scenario.session();
        const file = path.join(place.dir, `${means}.txt`);
        const { ended, asked } = await tell(workspace, id, `[[write ${file} some text]]`, { answer });
        assert.ok(asked.length > 0, 'it asked');
        const entries = await workspace.history(id);
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

    test('a session goes on after the program was started again', async () => {
      const id = await scenario.session();
      for (const text of ['the word is heron', 'the number is seven']) await answerTo(workspace, id, text);
      await workspace.dispose();
      workspace = await place.open();
      const { ended, notices } = await tell(workspace, id, 'what was the word');
      assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
      row.resume = carriedBy(place.server, notices, ['the word is heron', 'the number is seven'], 'what was the word');
    });

    forkTests(scenario);
    failureTests(scenario);

    test('a session goes on with each other agent, which knows what was said', { timeout: 1_800_000 }, async () => {
      for (const other of others) {
        const both = await place.open([other]);
        const { id } = await both.create({ backend: agent.name });
        assert.deepEqual((await tell(both, id, `begun before ${other.name}`)).ended, { kind: 'ended', stop_reason: 'end_turn' });
        await both.patch([id], { backend: other.name });
        const { ended, notices } = await tell(both, id, 'and now with another');
        assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' }, other.name);
        const means = carriedBy(place.server, notices, [`begun before ${other.name}`], 'and now with another');
        assert.equal(means, 'by replay');
        const answers = (await both.history(id)).flatMap((entry) =>
          entry.type === 'message' && entry.message.role === 'assistant' ? [entry.backend] : [],
        );
        assert.deepEqual([...new Set(answers)], [agent.name, other.name], 'each answer says whose it is');
        await both.dispose();
      }
      row['handed to another agent'] = 'by replay';
    });

    test('the README says of it what was seen', () => settleRow(agent.title, row));
  });
}
