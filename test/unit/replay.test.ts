import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { answeredTurns, lastTurns, liveEntries } from '../../src/model/replay.js';
import { replayText } from '../../src/model/replayText.js';
import { replayView } from '../../src/model/replayView.js';

const timestamp = '2026-11-21T10:00:00.000Z';
const message = (id: string, role: 'user' | 'assistant', text: string, more = {}): Entry => ({
  ...{ type: 'message' as const, id, timestamp, message: { role, content: text === '' ? [] : [{ type: 'text' as const, text }] } },
  ...more,
});
const idsOf = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id);

describe('what an agent is told of a conversation that it does not have', () => {
  const talk = [
    message('u1', 'user', 'first'),
    message('a1', 'assistant', 'one'),
    message('u2', 'user', 'second'),
    message('a2', 'assistant', 'two'),
  ];

  test('prompts, answers and tools in order', () => {
    const tool: Entry = {
      type: 'tool_call',
      id: 't',
      timestamp,
      call: { id: 'c', kind: 'read', title: 'Read a.ts', status: 'completed', output: 'x'.repeat(5000) },
    };
    const text = replayText(replayView([...talk.slice(0, 1), tool, ...talk.slice(1)], { tokens: 10_000 }));
    const places = ['User:\nfirst', 'Tool (read, completed): Read a.ts', '(cut here)', 'Assistant:\none', 'User:\nsecond'].map((part) =>
      text.indexOf(part),
    );
    assert.ok(
      places.every((place) => place > 0),
      text,
    );
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(text.length < 3000);
  });

  test('nothing where nothing was said', () => assert.equal(replayText(replayView([], { tokens: 10_000 })), ''));

  test('nothing from before the last reset', () => {
    assert.deepEqual(idsOf(liveEntries([...talk.slice(0, 2), { type: 'reset', id: 'r', timestamp }, ...talk.slice(2)])), ['u2', 'a2']);
  });

  test('a summary in place of what was compacted, the kept turns after it', () => {
    const compact: Entry = { type: 'compact', id: 'c', timestamp, summary: 'so far', first_kept: 'u2' };
    assert.deepEqual(idsOf(liveEntries([...talk, compact, message('u3', 'user', 'third')])), ['c', 'u2', 'a2', 'u3']);
  });

  test('the last turns alone, 0 meaning all', () => {
    assert.deepEqual(idsOf(lastTurns(talk, 1)), ['u2', 'a2']);
    assert.deepEqual(idsOf(lastTurns(talk, 9)), ['u1', 'a1', 'u2', 'a2']);
    assert.deepEqual(idsOf(lastTurns(talk, 0)), ['u1', 'a1', 'u2', 'a2']);
  });

  test('no prompt that nothing came of, because its agent was not there', () => {
    const failed = [message('u3', 'user', 'third'), message('a3', 'assistant', '', { stop_reason: 'error', error: 'no agent' })];
    assert.deepEqual(idsOf(answeredTurns([...talk, ...failed])), ['u1', 'a1', 'u2', 'a2']);
    const half = [message('u3', 'user', 'third'), message('a3', 'assistant', 'I was about', { stop_reason: 'error' })];
    assert.deepEqual(idsOf(answeredTurns(half)), ['u3', 'a3']);
    assert.deepEqual(idsOf(answeredTurns([message('u', 'user', 'x')])), ['u']);
  });
});
