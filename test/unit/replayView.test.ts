import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../src/model/entry.js';
import { isPrompt, partOf, saidIn, turnsOf } from '../../src/model/replay.js';
import { replayText } from '../../src/model/replayText.js';
import { replayView } from '../../src/model/replayView.js';
import { tokensOf } from '../../src/model/tokens.js';

const timestamp = '2026-11-21T10:00:00.000Z';
const message = (id: string, role: 'user' | 'assistant', text: string): Entry => ({
  ...{ type: 'message', id, timestamp, message: { role, content: [{ type: 'text', text }] } },
});
const tool = (id: string, call: Partial<Extract<Entry, { type: 'tool_call' }>['call']> = {}): Entry => ({
  ...{ type: 'tool_call', id, timestamp, call: { id, kind: 'edit', title: `Edit ${id}`, status: 'completed', ...call } },
});

const words = fc.oneof(
  fc.lorem({ maxCount: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('中', '。', '\u3000', '\n', ' ', 'a', '-', '😀'), maxLength: 200 }),
);
const step = fc.oneof(
  words.map((text) => ({ kind: 'assistant' as const, text })),
  fc.record({
    kind: fc.constant('tool' as const),
    text: words,
    status: fc.constantFrom('completed' as const, 'running' as const, 'pending' as const),
  }),
);
/** Whole histories: turns of a prompt and steps, at times after a compaction. */
const histories = fc
  .record({
    summary: fc.option(words, { nil: undefined }),
    turns: fc.array(fc.record({ prompt: words, steps: fc.array(step, { maxLength: 6 }) }), { maxLength: 12 }),
  })
  .map(({ summary, turns }): Entry[] => [
    ...(summary === undefined ? [] : [{ type: 'compact' as const, id: 'compact', timestamp, summary }]),
    ...turns.flatMap(({ prompt, steps }, n) => [
      message(`u${String(n)}`, 'user', `p${prompt}`),
      ...steps.map((one, k) => {
        const id = `${String(n)}.${String(k)}`;
        return one.kind === 'tool' ? tool(id, { output: one.text, status: one.status }) : message(id, 'assistant', `a${one.text}`);
      }),
    ]),
  ]);
const budgets = fc.integer({ min: 0, max: 3000 });

describe('a history in a token budget', () => {
  test('never takes more than that', () => {
    fc.assert(
      fc.property(histories, budgets, (history, tokens) => {
        const text = replayText(replayView(history, { tokens }));
        assert.ok(tokensOf(text) <= tokens || text === '', `${String(tokensOf(text))} of ${String(tokens)}`);
      }),
      { numRuns: 1000 },
    );
  });

  test('has the newest turns whole and in order, each call once and with an end; only the newest may be cut, with a note', () => {
    fc.assert(
      fc.property(histories, budgets, (history, tokens) => {
        const { entries } = replayView(history, { tokens });
        const turns = turnsOf(history.filter(({ type }) => type !== 'compact'));
        const shown = turnsOf(entries);
        const whole = shown.filter((turn) => turns.some((one) => JSON.stringify(saidIn(one)) === JSON.stringify(turn)));
        if (whole.length === shown.length) {
          const newest = turns.slice(turns.length - shown.length).flatMap(saidIn);
          assert.deepEqual(entries, newest);
        } else {
          assert.equal(shown.length, 1, 'a cut turn stands alone');
          assert.match(entries.map(partOf).join('\n'), /\(cut here\)|left out to save room/);
          const [first] = turns.at(-1) ?? [];
          if (entries[0] && isPrompt(entries[0])) assert.equal(entries[0].id, first?.id);
        }
        const calls = entries.flatMap((entry) => (entry.type === 'tool_call' ? [entry.call] : []));
        assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
        assert.ok(calls.every(({ status, output }) => status !== 'running' && status !== 'pending' && output !== undefined));
      }),
      { numRuns: 1000 },
    );
  });

  test('shows no part of a turn as if it were all', () => {
    const history = [message('u', 'user', 'p'), message('a', 'assistant', 'a')];
    for (let tokens = 0; tokens < 100; tokens++) {
      const { entries } = replayView(history, { tokens });
      assert.notDeepEqual(
        entries.map(({ id }) => id),
        ['u'],
        `with ${String(tokens)} tokens`,
      );
    }
  });

  test('is the same each time', () => {
    fc.assert(
      fc.property(histories, budgets, (history, tokens) =>
        assert.deepEqual(replayView(history, { tokens }), replayView(history, { tokens })),
      ),
    );
  });

  const long = Array.from({ length: 200 }, (_, n) => [
    message(`u${String(n)}`, 'user', `question ${String(n)}\nwith more to it`),
    tool(`t${String(n)}`, { diff: [{ path: `src/file${String(n)}.ts`, new_text: 'x' }] }),
    message(`a${String(n)}`, 'assistant', `answer ${String(n)} ${'and so on '.repeat(20)}`),
  ]).flat();

  test('names what it leaves out: each prompt’s first line and the files that were changed', () => {
    const { before, entries } = replayView(long, { tokens: 4000 });
    const kept = turnsOf(entries).length;
    assert.ok(kept > 10 && kept < 190);
    assert.match(before, new RegExp(`^${String(200 - kept)} turns from before this were left out to save room\\.`));
    assert.match(before, new RegExp(`- question ${String(199 - kept)} \\[src/file${String(199 - kept)}\\.ts\\]$`));
    assert.match(before, /\(and \d+ turns before these\)/);
    assert.doesNotMatch(before, /with more to it/);
    assert.equal(replayView(long, { tokens: 100_000 }).before, '', 'nothing is left out where all fits');
  });

  test('closes a call that nothing came of', () => {
    const open = [message('u', 'user', 'go'), tool('t', { status: 'running', output: 'so far' })];
    assert.match(replayText(replayView(open, { tokens: 1000 })), /Tool \(edit, cancelled\): Edit t\nso far\nNo answer was kept\./);
    const twice = [
      message('u', 'user', 'go'),
      tool('t', { status: 'running' }),
      { ...tool('t2'), call: { ...(tool('t').call as object), status: 'completed', output: 'done' } } as Entry,
    ];
    const [, call] = replayView(twice, { tokens: 1000 }).entries;
    assert.ok(call?.type === 'tool_call' && call.call.output === 'done');
  });

  test('keeps a compaction’s summary before all else', () => {
    const compact: Entry = { type: 'compact', id: 'c', timestamp, summary: 'we built a house' };
    const { before } = replayView([compact, ...long], { tokens: 1000 });
    assert.match(before, /^Summary of what was said before:\nwe built a house\n\n\d+ turns/);
  });
});
