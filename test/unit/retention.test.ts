import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeRetention } from '../../src/model/retention.js';
import type { SessionRow } from '../../src/model/row.js';
import { sessionRow } from '../support/sessionRow.js';

const now = Date.parse('2026-11-21T10:00:00Z');
const dayMs = 86_400_000;
const old = { last_used_at: '2026-10-01T10:00:00.000Z' };
const holder = { program: 'skein', host: 'h', pid: 1, started_at: '2026-11-21T10:00:00Z', state: 'running' as const };

describe('what clean does with a session', () => {
  const cases: [string, Partial<SessionRow>, boolean, RegExp][] = [
    ['goes when it is older', old, true, /^last used 51 days ago$/],
    ['stays when it is younger', { last_used_at: '2026-11-21T07:00:00.000Z' }, false, /^last used 3 hours ago$/],
    ['tells an age below two hours in minutes', { last_used_at: '2026-11-21T09:59:00.000Z' }, false, /^last used 1 minute ago$/],
    ['stays when it is pinned', { ...old, pinned: true }, false, /^pinned$/],
    ['stays when it is tagged keep', { ...old, tags: ['keep'] }, false, /^tagged keep$/],
    ['stays while it runs', { ...old, running: holder }, false, /^running$/],
    [
      'stays when it cannot be read',
      { ...old, problem: { kind: 'damaged', detail: 'empty', path: 'p' } },
      false,
      /cannot be read whole: empty/,
    ],
    ['goes when it is archived and older: archiving is not keeping', { ...old, archived: true }, true, /51 days/],
  ];
  for (const [what, fields, goes, reason] of cases) {
    test(what, () => {
      const verdict = judgeRetention(sessionRow(fields), { olderThanMs: 30 * dayMs, now });
      assert.equal(verdict.goes, goes);
      assert.match(verdict.reason, reason);
    });
  }

  test('keeps everything for ever where no age is set, also with a status', () => {
    const verdict = judgeRetention(sessionRow(old), { status: 'active', now });
    assert.deepEqual(verdict, { goes: false, reason: 'kept for ever: session.retention_days is 0' });
  });

  test('leaves sessions of another status than the one asked for', () => {
    assert.deepEqual(judgeRetention(sessionRow(old), { olderThanMs: dayMs, status: 'error', now }), {
      goes: false,
      reason: 'status is active',
    });
  });
});
