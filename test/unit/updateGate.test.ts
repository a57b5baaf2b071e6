import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UpdateGate, type NumberedUpdate } from '../../src/extension/updateGate.js';

const update = (seq: number, id = 's'): NumberedUpdate => ({ id, seq, update: { kind: 'text', id: 'm', delta: String(seq) } });

describe('updates around a snapshot', () => {
  test('pass at once while none is asked for', () => {
    const passed: number[] = [];
    new UpdateGate(({ seq }) => passed.push(seq)).push(update(1));
    assert.deepEqual(passed, [1]);
  });

  test('that the snapshot does not have come after it, the others never', async () => {
    const told: string[] = [];
    const gate = new UpdateGate(({ seq }) => told.push(`update ${String(seq)}`));
    await gate.during(async () => {
      for (const seq of [4, 5, 6]) gate.push(update(seq));
      await Promise.resolve();
      told.push('snapshot 5');
      return { id: 's', seq: 5 };
    });
    gate.push(update(7));
    assert.deepEqual(told, ['snapshot 5', 'update 6', 'update 7']);
  });

  test('are kept when the snapshot fails', async () => {
    const passed: number[] = [];
    const gate = new UpdateGate(({ seq }) => passed.push(seq));
    const failing = gate.during(() => {
      gate.push(update(1));
      return Promise.reject(new Error('gone'));
    });
    await assert.rejects(failing, /gone/);
    assert.deepEqual(passed, [1]);
  });

  test('wait for the last of several snapshots', async () => {
    const told: string[] = [];
    const gate = new UpdateGate(({ seq }) => told.push(`update ${String(seq)}`));
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    const outer = gate.during(async () => {
      await asked;
      told.push('snapshot 2');
      return { id: 's', seq: 2 };
    });
    await gate.during(() => {
      gate.push(update(2));
      gate.push(update(3));
      told.push('snapshot 1');
      return Promise.resolve({ id: 's', seq: 1 });
    });
    answer();
    await outer;
    assert.deepEqual(told, ['snapshot 1', 'snapshot 2', 'update 3']);
  });
});
