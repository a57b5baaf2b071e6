import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Problem, SessionRow } from '../../src/model/row.js';
import { agentTitle } from '../../src/extension/agentTitle.js';
import { ageText, costText, tokensText } from '../../src/extension/amountText.js';
import { rowAccessibilityLabel, rowContext, rowDescription, rowIcon, rowLabel } from '../../src/extension/rowText.js';
import { escaped, rowTooltip } from '../../src/extension/rowTooltip.js';
import { isolated } from '../../src/extension/textDirection.js';
import { sessionRow } from '../support/sessionRow.js';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const ago = (ms: number): string => new Date(now - ms).toISOString();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('an agent’s name', () => {
  test('is its own, whatever a file says it is', () => {
    assert.deepEqual(['claude', 'mine', 'constructor', '__proto__'].map(agentTitle), ['Claude', 'Mine', 'Constructor', '__proto__']);
  });
});

describe('a title’s direction', () => {
  test('is not turned round by controls in it, nor turns round what stands beside it', () => {
    assert.equal(rowLabel(sessionRow({ title: '\u202Eevil gnp.exe\u2066' })), 'evil gnp.exe');
    assert.equal(rowLabel(sessionRow({ title: '\u202E \u202C', prompt: '' })), 'New session');
    assert.deepEqual(['שלום (12)', 'مرحبا', 'naïve 🎉 算法'].map(isolated), [
      '\u2068שלום (12)\u2069',
      '\u2068مرحبا\u2069',
      'naïve 🎉 算法',
    ]);
  });
});

describe('amounts', () => {
  const ages: [number, string][] = [
    [0, 'now'],
    [59_000, 'now'],
    [4 * minute, '4m'],
    [59 * minute, '59m'],
    [hour, '1h'],
    [22 * hour, '22h'],
    [25 * hour, '1d'],
    [13 * day, '13d'],
    [20 * day, '2w'],
    [100 * day, '3mo'],
    [1000 * day, '2y'],
    [-5 * minute, 'now'],
  ];
  for (const [ms, text] of ages) test(`an age of ${String(ms)} ms is ${text}`, () => assert.equal(ageText(ago(ms), now), text));

  test('tokens are short', () => {
    assert.deepEqual([0, 812, 999, 1000, 48_213, 999_499, 999_500, 1_800_000, 123_000_000].map(tokensText), [
      '',
      '812',
      '999',
      '1k',
      '48k',
      '999k',
      '1.0M',
      '1.8M',
      '123M',
    ]);
  });

  test('an unknown cost is left out and never 0', () => {
    assert.deepEqual([null, undefined, 0, 0.004, 0.31, 14.305].map(costText), ['', '', '', '<$0.01', '$0.31', '$14.30']);
  });
});

describe('a row', () => {
  const rows: [name: string, row: Partial<SessionRow>, icon: string, description: string][] = [
    ['that is plain', { tokens: 31_000, cost_usd: 0.18, last_used_at: ago(3 * hour) }, 'comment', '3h · 31k · $0.18'],
    ['of the demo agent', { backend: 'demo', last_used_at: ago(day) }, 'beaker', '1d'],
    ['that failed says so first', { status: 'error', tokens: 8000, last_used_at: ago(2 * hour) }, 'error', 'failed · 2h · 8k'],
    [
      'of another program leads with its name',
      { id: 'codex:1', source: 'codex', tokens: 210_000, last_used_at: ago(5 * hour) },
      'cloud-download',
      'Codex · 5h · 210k',
    ],
    ['of another worktree names it', { worktree: '/projects/myapp-fix', last_used_at: ago(day) }, 'comment', 'myapp-fix · 1d'],
    ['that is a fork', { parent_id: 'b'.padEnd(32, '0'), last_used_at: ago(40 * minute) }, 'git-branch', '40m'],
    ['that is pinned', { pinned: true, last_used_at: ago(day) }, 'pinned', '1d'],
    ['that is archived', { archived: true, pinned: true, last_used_at: ago(day) }, 'archive', '1d'],
    ['that is damaged', { problem: { kind: 'damaged', detail: 'x', path: '/x' }, last_used_at: ago(day) }, 'error', 'damaged · 1d'],
    ...Object.entries({ salvaged: 'salvaged', orphaned: 'incomplete', newer: 'newer version', unreadable: 'unreadable' } as const).map(
      ([kind, word]): (typeof rows)[number] => {
        const problem = { kind: kind as Problem['kind'], detail: 'x', path: '/x' };
        return [`that is ${word} says so`, { problem, last_used_at: ago(day) }, 'error', `${word} · 1d`];
      },
    ),
    [
      'that waits',
      { running: { program: 'cli', host: 'h', pid: 1, started_at: ago(0), state: 'waiting' }, status: 'error', last_used_at: ago(0) },
      'warning',
      'now',
    ],
  ];
  for (const [name, fields, icon, description] of rows) {
    test(name, () => {
      const row = sessionRow(fields);
      assert.equal(rowIcon(row).id, icon);
      assert.equal(rowDescription(row, now), description);
    });
  }

  test('has a colour for what waits and what failed only', () => {
    const colors = [sessionRow(), sessionRow({ pinned: true }), sessionRow({ status: 'error' })].map((row) => rowIcon(row).color);
    assert.deepEqual(colors, [undefined, undefined, 'list.errorForeground']);
  });

  test('is called by its title, else by its first prompt, on one line', () => {
    assert.equal(rowLabel(sessionRow({ title: 'T' })), 'T');
    assert.equal(rowLabel(sessionRow({ title: '', prompt: '\n  fix it\nnow' })), 'fix it');
    assert.equal(rowLabel(sessionRow({ title: '', prompt: '' })), 'New session');
  });

  test('is read out as title, state, age, tokens, cost, agent, source', () => {
    const row = sessionRow({
      id: 'codex:1',
      source: 'codex',
      backend: 'codex',
      tokens: 21_000,
      cost_usd: 0.12,
      last_used_at: ago(4 * minute),
    });
    assert.equal(rowAccessibilityLabel(row, now), 'Fix login, ready, 4m, 21k tokens, $0.12, Codex, from Codex');
  });

  test('tells menus what can be done with it', () => {
    assert.equal(rowContext(sessionRow({ pinned: true, tags: ['a'] })), 'session.own.pinned.kept.root.idle.sound.tagged');
    assert.equal(rowContext(sessionRow({ id: 'codex:1', source: 'codex' })), 'session.foreign.unpinned.kept.root.idle.sound.untagged');
  });
});

describe('a tooltip', () => {
  test('holds agent, tokens, cost, tags and id', () => {
    const text = rowTooltip(
      sessionRow({
        id: 'b6682a87',
        model: 'anthropic/opus-20251101',
        tokens: 48_213,
        token_usage: { input: 0, output: 0, reasoning: 0, total: 48_213, cached: 36_870 },
        tags: ['auth'],
      }),
      now,
    );
    const plain = text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    for (const part of ['Claude · opus', 'unknown', 'auth', 'b6682a87', (48_213).toLocaleString(), (36_870).toLocaleString()])
      assert.ok(plain.includes(part), part);
  });

  test('does not name a model that is called as its agent', () => {
    const text = rowTooltip(sessionRow({ backend: 'demo', model: 'demo' }), now);
    assert.match(text, /<td>Demo<\/td>/);
  });

  test("says of another program's session what opening and going on do", () => {
    assert.match(
      rowTooltip(sessionRow({ id: 'codex:1', source: 'codex' }), now),
      /reads it; nothing is changed.*adopts a copy; Codex keeps its own/s,
    );
  });

  test('shows a title as text, whatever it holds', () => {
    const hostile = '[click](command:x) <img src=x> $(alert) **bold** `code`\n# head';
    assert.doesNotMatch(escaped(hostile), /[[\]()<>$*`\n]|# /);
    assert.doesNotMatch(rowTooltip(sessionRow({ title: hostile }), now), /<img|\]\(|\$\(alert\)/);
  });
});

test('a session that another one started is told from a fork', () => {
  const parent_id = 'a'.repeat(32);
  const [fork, spawned] = [sessionRow({ parent_id }), sessionRow({ parent_id, metadata: { spawned_by: parent_id } })];
  assert.deepEqual([rowIcon(fork).id, rowIcon(spawned).id], ['git-branch', 'list-tree']);
  assert.match(rowAccessibilityLabel(spawned, now), /started by another session/);
  assert.match(rowContext(fork), /\bfork\b/);
  assert.doesNotMatch(rowContext(spawned), /\bfork\b/);
});
