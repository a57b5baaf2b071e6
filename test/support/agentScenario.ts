import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { makeAgentPlace, type AgentPlace } from './realAgents/agentPlace.js';
import { failureTests, untoldTests } from './realAgents/failureTests.js';
import { settleRow, type MatrixRow } from './realAgents/matrix.js';
import type { RealAgent } from './realAgents/realAgent.js';
import { beginTalk, type Scenario, type Talk } from './realAgents/scenario.js';
import { talkTests } from './realAgents/talkTests.js';
import { turnTests } from './realAgents/turnTests.js';

/**
 * Drives one real agent program through the product, against a model server of our own that sees what it is sent, and checks
 * that the README's table tells of it what was seen. `others` are the agents that a session is handed to.
 */
export function agentScenario(agent: RealAgent, others: readonly RealAgent[]): void {
  describe(agent.title, () => {
    let place: AgentPlace;
    let workspace: Workspace;
    let session: Promise<Talk> | undefined;
    let talk: Promise<Talk> | undefined;
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
      session: async () => (await (session ??= beginTalk(workspace, agent.name))).id,
      talk: () => (talk ??= beginTalk(workspace, agent.name, 'the word is heron', 'the number is seven')),
      async restart() {
        await workspace.dispose();
        workspace = await place.open();
      },
    };

    before(
      async () => {
        place = await makeAgentPlace(agent, ...others);
        workspace = await place.open();
      },
      { timeout: 900_000 }, // the first time, the agents are installed
    );
    after(() => place.close());

    test('is found', async () => {
      const info = (await workspace.agents()).find(({ name }) => name === agent.name);
      assert.equal(info?.problem, undefined);
      assert.ok(info?.version ?? info?.from === 'config');
    });

    turnTests(scenario);
    if (agent.deviations?.failuresUntold !== true) failureTests(scenario);
    talkTests(scenario, others);
    if (agent.deviations?.failuresUntold === true) untoldTests(scenario);

    test('the README says of it what was seen', () => settleRow(agent.title, row));
  });
}
