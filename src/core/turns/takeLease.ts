import { SessionError } from '../../model/errors.js';
import type { CoreContext } from '../context.js';
import type { TurnRunner } from './turnRunner.js';

/** Ends the turn that another process runs in a session, what streamed kept, so that the session is free. `usage` when it runs here. */
export async function takeLease({ store }: CoreContext, id: string, runner: TurnRunner | undefined): Promise<void> {
  const running = runner?.running(id);
  if (running && !running.isOver && !running.signal.aborted) {
    throw new SessionError('usage', `session ${id.slice(0, 8)} runs here: there is nobody to take it from`, { hint: 'stop its turn' });
  }
  // One that was taken from us has to have ended.
  await running?.done;
  await store.breakLease(id);
  await store.settle(id);
}
