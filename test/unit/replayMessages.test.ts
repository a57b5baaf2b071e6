import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { replayMessages } from '../../src/model/replayMessages.js';
import { replayView } from '../../src/model/replayView.js';

const timestamp = '2026-01-27T10:00:00.000Z';
let count = 0;
const mark = () => ({ id: `e${++count}`, timestamp });
const said = (role: 'user' | 'assistant' | 'system', text: string): Entry => ({
  type: 'message',
  ...mark(),
  message: { role, content: [{ type: 'text', text }] },
});
const tool = (status: 'completed' | 'pending', output?: string): Entry => ({
  type: 'tool_call',
  ...mark(),
  call: { id: 't', kind: 'read', title: 'Read a.ts', status, ...(output === undefined ? {} : { output }) },
});
const shown = (entries: readonly Entry[]) =>
  replayMessages(replayView(entries, { tokens: 10_000 })).map(({ role, content }) => [
    role,
    ...content.map((block) => ('text' in block ? block.text : block.type)),
  ]);

describe('a conversation as messages', () => {
  test('alternates, with a tool call and its output as words of the user', () => {
    assert.deepEqual(
      shown([said('user', 'look'), said('assistant', 'I look'), tool('completed', 'text of a'), said('assistant', 'done')]),
      [
        ['user', 'look'],
        ['assistant', 'I look'],
        ['user', 'Tool (read, completed): Read a.ts\ntext of a'],
        ['assistant', 'done'],
      ],
    );
  });

  test('has no unanswered call, no empty message and no thoughts', () => {
    const thinking: Entry = { type: 'thinking', ...mark(), text: 'hm' };
    const empty: Entry = { type: 'message', ...mark(), message: { role: 'assistant', content: [] }, stop_reason: 'cancelled' };
    assert.deepEqual(shown([said('user', 'go'), thinking, tool('pending'), empty, said('user', 'again'), said('assistant', '  ')]), [
      ['user', 'go', 'Tool (read, cancelled): Read a.ts\nNo answer was kept.', 'again'],
    ]);
  });

  test('begins with the user, wherever it was cut', () => {
    assert.deepEqual(shown([said('assistant', 'as I said')]), [
      ['user', '(What was said before this is left out.)'],
      ['assistant', 'as I said'],
    ]);
  });

  test('keeps summaries, system messages and images', () => {
    const compact: Entry = { type: 'compact', ...mark(), summary: 'we met' };
    const image: Entry = {
      type: 'message',
      ...mark(),
      message: { role: 'user', content: [{ type: 'image', mime_type: 'image/png', data: 'AAAA' }] },
    };
    assert.deepEqual(shown([compact, said('system', 'be kind'), image]), [
      ['user', 'Summary of what was said before:\nwe met', 'System:\nbe kind', 'image'],
    ]);
  });
});
