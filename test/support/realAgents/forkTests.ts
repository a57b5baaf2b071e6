import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTo, type Scenario } from './scenario.js';
import { carriedBy, promptsWith } from './carried.js';
import { tell } from './told.js';

/** Forks at the end and in the middle: the history goes along, and the parent stays as it was. */
export function forkTests(scenario: Scenario): void {
  const { row } = scenario;

  test('a fork knows what was said, and leaves its parent as it was', async () => {
    const { workspace, place } = scenario;
    const parent = await scenario.session();
    for (const text of ['one heron', 'two herons']) await answerTo(workspace, parent, text);
    const before = await workspace.history(parent);
    const fork = await workspace.fork(parent, {});
    const { ended, notices } = await tell(workspace, fork.id, 'in the fork');
    assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
    row.fork = carriedBy(place.server, notices, ['one heron', 'two herons'], 'in the fork');
    assert.deepEqual(await workspace.history(parent), before);
    await answerTo(workspace, parent, 'in the parent');
    assert.doesNotMatch(promptsWith(place.server, 'in the parent').join('\n'), /in the fork/);
    await answerTo(workspace, fork.id, 'again in the fork');
    assert.doesNotMatch(promptsWith(place.server, 'again in the fork').join('\n'), /in the parent/);
  });

  test('a fork at a message knows what was said up to it, and nothing after', async () => {
    const { workspace, place } = scenario;
    const parent = await scenario.session();
    for (const text of ['first egret', 'second egret', 'third egret']) await answerTo(workspace, parent, text);
    const messages = (await workspace.history(parent)).filter(({ type }) => type === 'message');
    const fork = await workspace.fork(parent, { at: messages[1]?.id });
    const { ended, notices } = await tell(workspace, fork.id, 'in the early fork');
    assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
    row['fork at a message'] = carriedBy(place.server, notices, ['first egret'], 'in the early fork');
    assert.doesNotMatch(promptsWith(place.server, 'in the early fork').join('\n'), /second egret|third egret/);
    await answerTo(workspace, parent, 'on in the parent');
    assert.match(promptsWith(place.server, 'on in the parent').join('\n'), /first egret[^]*second egret[^]*third egret/);
    assert.doesNotMatch(promptsWith(place.server, 'on in the parent').join('\n'), /early fork/);
  });
}
