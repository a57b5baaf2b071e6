import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codexCall } from '../../src/agents/codex/codexItem.js';
import { CodexTurn } from '../../src/agents/codex/codexTurn.js';
import { silentLogger } from '../../src/model/logger.js';

test('a kind of question, or of a turn’s part, that Codex has and we do not is none, whatever it is called', async () => {
  const hooks = { update: () => undefined, permission: () => Promise.resolve(null), signal: new AbortController().signal };
  const turn = new CodexTurn({ title: 'Codex', hooks, logger: silentLogger });
  for (const name of ['item/new/request', 'constructor', '__proto__', 'toString']) {
    assert.equal(await turn.question(name, { threadId: 't' }), undefined);
    assert.equal(codexCall({ type: name, id: 'a' }), undefined);
  }
});
