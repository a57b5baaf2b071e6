import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { transcriptText } from '../../src/extension/transcriptText.js';
import { sessionRow } from '../support/sessionRow.js';

const at = { timestamp: '2026-11-21T10:00:00.000Z' };

test('a transcript reads as prompts, answers and what the agent did, in order', () => {
  const entries: Entry[] = [
    { ...at, type: 'session', id: '0', version: 1, workdir: '/p', backend: 'claude', title: 'T' },
    { ...at, type: 'message', id: '1', message: { role: 'user', content: [{ type: 'text', text: 'why?' }] } },
    { ...at, type: 'thinking', id: '2', text: 'hm\nso' },
    {
      ...at,
      type: 'tool_call',
      id: '3',
      call: { id: 'c', kind: 'read', title: 'Read a.ts', status: 'completed', output: 'has ``` in it\n' },
    },
    {
      ...at,
      type: 'message',
      id: '4',
      message: { role: 'assistant', content: [{ type: 'text', text: 'because' }] },
      stop_reason: 'cancelled',
    },
  ];
  const text = transcriptText(sessionRow({ title: 'T' }), entries);
  assert.equal(
    text.split('\n').slice(4).join('\n'),
    ['## Prompt', 'why?', '> hm\n> so', '- Read a.ts (completed)', '````\nhas ``` in it\n````', '## Claude', 'because', '_cancelled_'].join(
      '\n\n',
    ) + '\n',
  );
});
