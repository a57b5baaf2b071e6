import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { acpToolCallSchema, mergeToolCall } from '../../src/agents/acpToolCall.js';
import { CodexTurn } from '../../src/agents/codex/codexTurn.js';
import { codexCall } from '../../src/agents/codex/codexItem.js';
import { claudeToolCall } from '../../src/model/claudeTool.js';
import { silentLogger } from '../../src/model/logger.js';
import { ruleSubject } from '../../src/model/permissionRule.js';
import type { ToolCall } from '../../src/model/entry.js';
import type { PermissionRequest } from '../../src/model/turn.js';

const long = 'x'.repeat(20_000);
const cut = `${'x'.repeat(16 * 1024)}… ${String(20_000 - 16 * 1024)} more characters`;

describe('the title of a tool call that is longer than anybody reads', () => {
  test('is cut, and says how much was left out', () => {
    const acp = mergeToolCall(undefined, acpToolCallSchema.parse({ toolCallId: 'a', title: long }));
    const command = { id: 'a', type: 'commandExecution', command: long, status: 'inProgress' };
    const calls = [acp, claudeToolCall({ id: 'a', name: 'Bash', input: { command: long } }), codexCall(command)];
    assert.deepEqual(
      calls.map((call) => call?.title),
      [cut, cut, cut],
    );
    assert.equal(mergeToolCall(acp, acpToolCallSchema.parse({ toolCallId: 'a', status: 'completed' })).title, cut);
    // What it is about is there in full.
    assert.deepEqual(codexCall(command)?.input, { command: long });
  });

  test('is cut in a question too', async () => {
    let asked: PermissionRequest | undefined;
    const permission = (request: PermissionRequest): Promise<null> => {
      asked = request;
      return Promise.resolve(null);
    };
    const hooks = { update: () => undefined, permission, signal: new AbortController().signal };
    const turn = new CodexTurn({ title: 'Codex', hooks, logger: silentLogger });
    await turn.question('item/fileChange/requestApproval', { threadId: 't', reason: long });
    assert.deepEqual([asked?.title, asked?.call.title], [cut, cut]);
  });

  test('makes no rule: another call may bear the same', () => {
    const scene = { mode: 'ask', workdir: '/p', paths: [], guarded: [] } as const;
    const subjectOf = (call: Partial<ToolCall>) =>
      ruleSubject({ id: 'r', title: 't', options: [], call: { id: 'c', kind: 'other', title: cut, status: 'pending', ...call } }, scene);
    assert.deepEqual(
      (['other', 'execute', 'fetch'] as const).map((kind) => subjectOf({ kind })),
      [undefined, undefined, undefined],
    );
    assert.deepEqual(subjectOf({ kind: 'execute', input: { command: 'ls' } }), { kind: 'execute', subject: 'ls' });
    assert.deepEqual(subjectOf({ title: 'Look' }), { kind: 'other', subject: 'Look' });
  });
});
