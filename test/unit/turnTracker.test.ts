import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TurnTracker } from '../../src/extension/turnTracker.js';
import type { TurnUpdate } from '../../src/model/turn.js';

const text: TurnUpdate = { kind: 'text', id: 'm', delta: 'x' };
const call = { id: 'c', kind: 'execute', title: 'Run tests', status: 'pending' } as const;
const permission: TurnUpdate = { kind: 'permission', request: { id: 'r', title: 'Run tests', call, options: [] } };

describe('the turns of a window', () => {
  test('run from their first update to their end', () => {
    const tracker = new TurnTracker();
    assert.equal(tracker.update('s', text), undefined);
    assert.deepEqual([...tracker.turns], [['s', 'running']]);
    assert.deepEqual(tracker.update('s', { kind: 'ended', stop_reason: 'end_turn' }), { kind: 'finished', detail: '' });
    assert.equal(tracker.turns.size, 0);
  });

  test('wait until the request is answered, whatever streams meanwhile', () => {
    const tracker = new TurnTracker();
    tracker.update('s', text);
    assert.deepEqual(tracker.update('s', permission), { kind: 'waiting', detail: 'Run tests' });
    tracker.update('s', text);
    assert.equal(tracker.turns.get('s'), 'waiting');
    tracker.update('s', { kind: 'permission_done', id: 'r', outcome: 'allow_once' });
    assert.equal(tracker.turns.get('s'), 'running');
  });

  test('that failed are told with the reason, those that were stopped not at all', () => {
    const tracker = new TurnTracker();
    const error = { code: 'agent_failed', message: 'the agent ended (exit 1)' };
    assert.deepEqual(tracker.update('s', { kind: 'ended', stop_reason: 'error', error }), {
      kind: 'failed',
      detail: 'the agent ended (exit 1)',
    });
    assert.equal(tracker.update('s', { kind: 'ended', stop_reason: 'cancelled' }), undefined);
  });
});
