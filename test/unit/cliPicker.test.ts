import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from '../../src/cli/picker.js';
import type { SessionRow } from '../../src/model/row.js';
import { noTokens } from '../../src/model/usage.js';

const row: SessionRow = {
  version: 1,
  revision: 1,
  id: 'b6682a87aaaa0000000000000000000a',
  title: 'Fix login',
  title_source: 'auto',
  backend: 'claude',
  status: 'active',
  created_at: '2026-01-27T10:00:00.000Z',
  last_used_at: '2026-01-27T11:00:00.000Z',
  last_used: '2026-01-27T11:00:00.000Z',
  workdir: '/projects/myapp',
  prompt: 'the form loops after a timeout',
  token_usage: noTokens,
  tokens: 0,
  cost_usd: null,
  turn_count: 1,
  message_count: 2,
  tags: ['bugfix'],
  pinned: false,
  archived: false,
  settings: {},
  metadata: {},
  source: 'skein',
  path: '/projects/myapp/.skein',
};

test('the picker finds a session by words of title, prompt, agent, tag or id, in any order and case', () => {
  for (const term of ['', 'login', 'LOOPS fix', 'claude bugfix', 'b6682', ' timeout ']) assert.ok(matches(row, term), term);
  for (const term of ['logout', 'login codex']) assert.ok(!matches(row, term), term);
});
