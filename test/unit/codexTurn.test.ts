import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codexCall } from '../../src/agents/codex/codexItem.js';
import { CodexTurn } from '../../src/agents/codex/codexTurn.js';
import type { AgentUpdate } from '../../src/agents/agent.js';
import { silentLogger } from '../../src/model/logger.js';

test('a kind of question, or of a turn’s part, that Codex has and we do not is none, whatever it is called', async () => {
  const hooks = { update: () => undefined, permission: () => Promise.resolve(null), signal: new AbortController().signal };
  const turn = new CodexTurn({ title: 'Codex', hooks, logger: silentLogger });
  for (const name of ['item/new/request', 'constructor', '__proto__', 'toString']) {
    assert.equal(await turn.question(name, { threadId: 't' }), undefined);
    assert.equal(codexCall({ type: name, id: 'a' }), undefined);
  }
});

/** A turn that listens, and how many characters of text it handed on. */
function listeningTurn() {
  let said = 0;
  const update = (each: AgentUpdate): void => void (said += each.kind === 'text' ? each.delta.length : 0);
  const hooks = { update, permission: () => Promise.resolve(null), signal: new AbortController().signal };
  const turn = new CodexTurn({ title: 'Codex', hooks, logger: silentLogger });
  return { turn, said: () => said };
}
const most = 16 << 20;
const words = { itemId: 'm', delta: 'x'.repeat(1 << 20) };

test('no more words of a turn are taken than memory bears', () => {
  const { turn, said } = listeningTurn();
  turn.begin('u');
  for (let n = 0; n < 16; n += 1) turn.event('item/agentMessage/delta', words);
  assert.deepEqual([turn.full, said()], [false, most]);
  for (let n = 0; n < 16; n += 1) turn.event('item/agentMessage/delta', words);
  assert.deepEqual([turn.full, said()], [true, most]);
});

test('what comes before the turn has its id is kept for it, and no more of it than memory bears', () => {
  const { turn, said } = listeningTurn();
  for (let n = 0; n < 12; n += 1) turn.event('item/agentMessage/delta', words);
  turn.begin('u');
  assert.deepEqual([turn.full, said()], [false, 12 << 20]);
  for (let n = 0; n < 4; n += 1) turn.event('item/agentMessage/delta', words);
  assert.deepEqual([turn.full, said()], [false, most]);
  for (const [name, params] of [
    ['large', words],
    ['small', {}],
  ] as const) {
    const early = listeningTurn().turn;
    for (let n = 0; n < (name === 'large' ? 20 : 20_000); n += 1) early.event('item/agentMessage/delta', params);
    assert.ok(early.full, name);
  }
});
