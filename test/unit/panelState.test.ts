import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ToWebview } from '../../src/protocol/messages.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { compactReason } from '../../webview-ui/compactReason.js';
import { lastTurn } from '../../webview-ui/feed.js';
import { initialState, offersOf, reduce, type PanelEvent, type PanelState } from '../../webview-ui/panelState.js';
import {
  finished,
  loginPrompt,
  moment,
  prompt,
  recent,
  row,
  sessionId,
  show,
  snapshot,
  streaming,
  updates,
} from '../support/panelSamples.js';

const now = Date.parse(moment(30));
const after = (messages: readonly (ToWebview | PanelEvent)[], state: PanelState = initialState): PanelState =>
  messages.reduce((at, message) => reduce(at, message, now), state);
const text = (state: PanelState): string | undefined => {
  const turn = state.session && lastTurn(state.session.feed);
  return turn?.parts.findLast((part) => part.type === 'answer')?.text;
};
const begin: TurnUpdate = { kind: 'started', entry: loginPrompt, backend: 'claude' };
const usage = (total: number, cost_usd: number | null): TurnUpdate => ({
  kind: 'usage',
  usage: { input: 0, output: 0, cached: 0, reasoning: 0, total, cost_usd },
  context_used: 50,
  context_size: 200,
});

describe('the panel', () => {
  test('shows a snapshot, and an empty panel without a session', () => {
    assert.equal(after([show(undefined, { recent })]).session, undefined);
    const state = after([show(snapshot(finished))]);
    assert.equal(state.loaded, true);
    assert.equal(state.session?.row.title, 'Fix login redirect loop');
    assert.equal(state.session?.feed.length, 1);
  });

  test('drops updates that its snapshot has already, and applies the others once', () => {
    const delta = (seq: number, piece: string): ToWebview => ({
      kind: 'update',
      id: sessionId,
      seq,
      update: { kind: 'text', id: 'x', delta: piece },
    });
    const state = after([
      show(snapshot([loginPrompt], { running: true, seq: 5, live: [{ kind: 'text', id: 'x', delta: 'one ' }] })),
      delta(4, 'old '),
      delta(5, 'old '),
      delta(6, 'two '),
      delta(6, 'twice '),
      delta(7, 'three'),
    ]);
    assert.equal(text(state), 'one two three');
    assert.equal(state.session?.seq, 7);
    assert.equal(state.session?.running, true);
  });

  test('a snapshot in the middle of a turn leads to the same as all its updates', () => {
    const watched = after([show(snapshot([])), ...updates(streaming)]);
    const live = streaming.filter((update) => update.kind !== 'started' && update.kind !== 'entry');
    const entries = streaming.flatMap((update) => (update.kind === 'started' || update.kind === 'entry' ? [update.entry] : []));
    const joined = after([show(snapshot(entries, { live, running: true, seq: streaming.length }))]);
    const seen = (state: PanelState): unknown => state.session && lastTurn(state.session.feed)?.parts.map((part) => [part.type, part.id]);
    assert.deepEqual(seen(joined), seen(watched));
  });

  test('ignores updates of other sessions and messages of unknown kinds', () => {
    const state = after([show(snapshot(finished))]);
    assert.equal(after([{ kind: 'update', id: 'other', seq: 9, update: begin }], state), state);
    assert.equal(after([{ kind: 'hologram' } as unknown as ToWebview], state), state);
  });

  test("a turn runs from its start to its end, and is no other window's in between", () => {
    const holder = { program: 'skein', host: 'here', pid: 1, started_at: moment(0), state: 'running' } as const;
    const running = after([show(snapshot([])), ...updates([begin]), { kind: 'row', row: row({ running: holder }) }]);
    assert.equal(running.session?.running, true);
    const ended = after(updates([{ kind: 'ended', stop_reason: 'error' }], 2), running);
    assert.equal(ended.session?.running, false);
    assert.equal(ended.session?.row.running, undefined);
    assert.equal(ended.session?.row.status, 'error');
  });

  test('tokens and cost grow with the running turn and never fall back to what a row said before', () => {
    const state = after([
      show(snapshot([], { row: row({ cost_usd: 1, token_usage: { ...row().token_usage, total: 100 } }) })),
      ...updates([begin, usage(30, 0.5)]),
    ]);
    assert.deepEqual(state.session?.usage, { tokens: 130, cost: 1.5 });
    assert.deepEqual(state.session?.context, { used: 50, size: 200 });
    const older = after([{ kind: 'row', row: row({ cost_usd: 1, token_usage: { ...row().token_usage, total: 100 } }) }], state);
    assert.deepEqual(older.session?.usage, { tokens: 130, cost: 1.5 });
  });

  test('an unknown cost stays unknown', () => {
    const state = after([show(snapshot([], { row: row({ cost_usd: null }) })), ...updates([begin, usage(30, null)])]);
    assert.equal(state.session?.usage.cost, null);
  });

  test('attachments are kept while writing and gone with the prompt or the session', () => {
    const attachment = { uri: 'file:///a', title: 'a' };
    const state = after([show(snapshot([])), { kind: 'attach', attachment }, { kind: 'attach', attachment }]);
    assert.equal(state.attachments.length, 1);
    assert.equal(after([show(snapshot([]))], state).attachments.length, 1);
    assert.equal(after([{ kind: 'sent' }], state).attachments.length, 0);
    assert.equal(after([{ kind: 'detach', uri: 'file:///a' }], state).attachments.length, 0);
    assert.equal(after([show(undefined)], state).attachments.length, 0);
  });

  test('prompts that wait are those of the snapshot, then those of the last word on them', () => {
    const waits = (id: string, text: string) => ({ id, content: [{ type: 'text' as const, text }] });
    const of = (state: PanelState) => state.session?.queued.map(({ id }) => id);
    const state = after([show(snapshot([], { queued: [waits('a', 'next')] }))]);
    assert.deepEqual(of(state), ['a']);
    const more = after(updates([{ kind: 'queue', queued: [waits('a', 'next'), waits('b', 'then')] }]), state);
    assert.deepEqual(of(more), ['a', 'b']);
    assert.deepEqual(of(after([{ kind: 'row', row: row() }], more)), ['a', 'b']);
    assert.deepEqual(of(after(updates([{ kind: 'queue', queued: [] }], 2), more)), []);
  });

  test('what a command answered stays until it is closed or something is sent', () => {
    const state = after([show(snapshot([])), { kind: 'answered', command: '/status', text: 'agent: demo' }]);
    assert.deepEqual(state.answer, { command: '/status', text: 'agent: demo' });
    assert.equal(after([{ kind: 'row', row: row() }], state).answer, state.answer);
    for (const kind of ['sent', 'dismiss'] as const) assert.equal(after([{ kind }], state).answer, undefined);
    assert.equal(after([show(undefined)], state).answer, undefined);
  });

  test('rows change the session shown and the recent ones; titles follow at once', () => {
    const state = after([
      show(snapshot([]), { recent }),
      { kind: 'row', row: { ...recent[1]!, title: 'Other' } },
      { kind: 'row', row: row({ title: 'New' }) },
    ]);
    assert.equal(state.recent[1]?.title, 'Other');
    assert.equal(state.session?.row.title, 'New');
    assert.equal(after([{ kind: 'renamed', title: 'Mine' }], state).session?.row.title, 'Mine');
    assert.equal(after(updates([{ kind: 'title', title: 'Auto' }]), state).session?.row.title, 'Auto');
  });

  test('errors stay until they are dismissed or something is sent', () => {
    const state = after([show(undefined), { kind: 'error', message: 'No', hint: 'Yes' }, { kind: 'server', state: 'stopped' }]);
    assert.deepEqual([state.problem?.message, state.server], ['No', 'stopped']);
    assert.equal(after([{ kind: 'dismiss' }], state).problem, undefined);
    assert.equal(after([show(snapshot([prompt('p', 'x')]))], state).problem, undefined);
  });
});

describe('a name that every object has', () => {
  const names = ['constructor', '__proto__', 'toString'];

  test('is an agent’s as any other is', () => {
    for (const agent of names) {
      assert.equal(offersOf(initialState, agent), undefined);
      const offers = { agent, models: [], thinking_levels: [], defaults: { fallbacks: [] } };
      const known = after([{ kind: 'offers', offers }]);
      assert.deepEqual([offersOf(known, agent), offersOf(known, 'valueOf')], [offers, undefined]);
    }
  });

  test('is quoted as the reason for a compaction', () => {
    assert.deepEqual(names.map(compactReason), names);
    assert.deepEqual(['manual', 'the user ran /compact'].map(compactReason), ['by you', 'the user ran /compact']);
  });
});
