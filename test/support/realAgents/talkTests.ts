import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carriedBy, promptsWith } from './carried.js';
import type { RealAgent } from './realAgent.js';
import { answerTo, lastAnswer, type Scenario } from './scenario.js';
import { tell } from './told.js';

/**
 * A conversation goes on: after a restart, in a fork at its end and in one in the middle, and with each of the `others`. The model
 * server sees what came along.
 */
export function talkTests(scenario: Scenario, others: readonly RealAgent[]): void {
  const { agent, row } = scenario;

  test('a session goes on after the program was started again', async () => {
    const { id, said } = await scenario.talk();
    await scenario.restart();
    const { ended, notices } = await tell(scenario.workspace, id, 'what was the word');
    assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
    row.resume = carriedBy(scenario.place.server, notices, said, 'what was the word');
    said.push('what was the word');
  });

  test('a fork knows what was said, and leaves its parent as it was', async () => {
    const { workspace, place } = scenario;
    const { id: parent, said } = await scenario.talk();
    const before = await workspace.history(parent);
    const fork = await workspace.fork(parent, {});
    const { ended, notices } = await tell(workspace, fork.id, 'in the fork');
    assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
    row.fork = carriedBy(place.server, notices, said, 'in the fork');
    assert.deepEqual(await workspace.history(parent), before);
    await answerTo(workspace, parent, 'in the parent');
    said.push('in the parent');
    assert.doesNotMatch(promptsWith(place.server, 'in the parent').join('\n'), /in the fork/);
    await answerTo(workspace, fork.id, 'again in the fork');
    assert.doesNotMatch(promptsWith(place.server, 'again in the fork').join('\n'), /in the parent/);
  });

  test('a fork at a message knows what was said up to it, and nothing after', async () => {
    const { workspace, place } = scenario;
    const { id: parent, said } = await scenario.talk();
    const [first = '', ...later] = said;
    const messages = (await workspace.history(parent)).filter(({ type }) => type === 'message');
    const fork = await workspace.fork(parent, { at: messages[1]?.id });
    const { ended, notices } = await tell(workspace, fork.id, 'in the early fork');
    assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
    row['fork at a message'] = carriedBy(place.server, notices, [first], 'in the early fork');
    const known = promptsWith(place.server, 'in the early fork').join('\n');
    for (const prompt of later) assert.ok(!known.includes(prompt), prompt);
    await answerTo(workspace, parent, 'on in the parent');
    const kept = promptsWith(place.server, 'on in the parent').join('\n');
    for (const prompt of said) assert.ok(kept.includes(prompt), prompt);
    assert.doesNotMatch(kept, /early fork/);
    said.push('on in the parent');
  });

  test('a session goes from one agent to the next and back, and each knows what was said', { timeout: 900_000 }, async () => {
    const { workspace, place } = scenario;
    const { id, said } = await scenario.talk();
    for (const { name } of [...others, agent]) {
      await workspace.patch([id], { backend: name });
      const prompt = `turn ${said.length + 1} is with ${name}`;
      const { ended, notices } = await tell(workspace, id, prompt);
      assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' }, prompt);
      assert.equal(carriedBy(place.server, notices, said, prompt), 'by replay');
      said.push(prompt);
      assert.match(await lastAnswer(workspace, id), new RegExp(`^You said: [^]*${prompt}\nEarlier user turns: `));
      const answer = (await workspace.history(id)).findLast(({ type }) => type === 'message');
      assert.equal(answer?.backend, name, 'the answer says whose it is');
    }
    row['handed to another agent'] = 'by replay';
  });
}
