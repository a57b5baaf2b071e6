import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Follow } from '../../src/core/turns/follow.js';
import { silentLogger } from '../../src/model/logger.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { openStore } from '../../src/store/openStore.js';
import type { Lease, Store } from '../../src/store/store.js';
import { message, scratchContext } from '../support/scratchStore.js';

/** What was told, in short: `started first`, `entry lease`, `ended interrupted`. */
function inShort(update: TurnUpdate): string {
  if (update.kind === 'ended') return `ended ${update.stop_reason}`;
  if (update.kind === 'started') return `started ${update.entry.id}`;
  return update.kind === 'entry' ? `entry ${update.entry.type === 'message' ? update.entry.id : update.entry.type}` : update.kind;
}

interface Place {
  readonly id: string;
  readonly lease: Lease;
  readonly holder: Store;
  readonly taker: Store;
}

/** Follows a session with a prompt under way, and does not look until all of `act` has happened; gives what was told then. */
async function toldOf(t: TestContext, act: (place: Place) => Promise<void>): Promise<readonly string[]> {
  const { root } = scratchContext(t);
  const open = (program: string): Store => openStore(root, { actor: { program, surface: program } });
  const [holder, taker, store] = [open('holder'), open('taker'), open('follower')];
  const { id } = await holder.create({ workdir: '/projects/sample' });
  const lease = await holder.acquireLease(id);
  await holder.append(id, [message('first')]);
  const tail = await store.tail(id);
  let happened: Promise<void> = Promise.resolve();
  const late = {
    recoverPartials: (only: string) => store.recoverPartials(only),
    tail: () => Promise.resolve({ holder: () => tail.holder(), look: () => happened.then(() => tail.look()) }),
  };
  const heard: string[] = [];
  const tell = (update: TurnUpdate): void => void heard.push(inShort(update));
  const follow = await Follow.begin(late, id, { tell, leased: () => undefined, logger: silentLogger });
  happened = act({ id, lease, holder, taker });
  await follow?.done;
  return heard;
}

describe('what is told of a session that others run', () => {
  test('has an end for each turn, also where several came and went between two looks', async (t) => {
    const told = await toldOf(t, async ({ id, lease, holder, taker }) => {
      await holder.append(id, [message('answer', 'assistant', { stop_reason: 'end_turn' })]);
      await lease.release();
      for (const [by, name] of [
        [holder, 'second'],
        [taker, 'third'],
      ] as const) {
        const next = await by.acquireLease(id);
        await by.append(id, [message(name), message(`answer to ${name}`, 'assistant', { stop_reason: 'end_turn' })]);
        await next.release();
      }
    });
    assert.deepEqual(told, [
      'entry answer',
      'ended end_turn',
      'started second',
      'entry answer to second',
      'ended end_turn',
      'started third',
      'entry answer to third',
      'ended end_turn',
    ]);
  });

  test('has the end of the turn that was taken over before the beginning of the next', async (t) => {
    const told = await toldOf(t, async ({ id, taker }) => {
      const taken = await taker.acquireLease(id, { takeOver: true });
      await taker.append(id, [message('second'), message('answer', 'assistant', { stop_reason: 'end_turn' })]);
      await taken.release();
    });
    assert.deepEqual(told, ['ended interrupted', 'entry lease', 'started second', 'entry answer', 'ended end_turn']);
  });
});
