import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { claudePoint } from '../../src/agents/claude/claudePoint.js';
import { withClaudeStore } from '../support/claudeStore.js';

const text = (words: string) => ({ type: 'text', text: words });

describe('where Claude Code forks a session', () => {
  test('is the last line of a message, by the model’s id or by a line’s', async () => {
    await withClaudeStore(async (store) => {
      store.session('one', [
        ...[store.prompt('u', 'p'), store.answer('a', 'u', [text('x')])],
        { ...store.answer('b', 'a', [text('y')]), message: { id: 'msg_a', content: [text('y')] } },
      ]);
      for (const env of [
        { HOME: store.home },
        { HOME: store.home, CLAUDE_CONFIG_DIR: '' },
        { CLAUDE_CONFIG_DIR: join(store.home, '.claude') },
      ])
        assert.equal(await claudePoint(env, 'one', 'msg_a'), 'b');
      assert.equal(await claudePoint({ HOME: store.home }, 'one', 'u:0'), 'u');
      for (const message of ['gone', undefined])
        await assert.rejects(claudePoint({ HOME: store.home }, 'one', message), { code: 'not_found' });
    });
  });

  test('is not known where the record cannot be read', async () => {
    await withClaudeStore(async (store) => {
      mkdirSync(store.path('one'), { recursive: true });
      for (const id of ['one', 'two']) await assert.rejects(claudePoint({ HOME: store.home }, id, 'a'), { code: 'not_found' });
    });
  });
});
