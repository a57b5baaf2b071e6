import type { Entry, EntryOf } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import { isPrompt } from '../../model/replay.js';

export interface PromptToRepeat {
  readonly entry: EntryOf<'message'>;
  /** What was said before it: what came of it does not count. */
  readonly before: readonly Entry[];
}

/** The last prompt, where its turn failed or was stopped, or never ended. `usage` where there is none, or it was answered. */
export function promptToRepeat(history: readonly Entry[]): PromptToRepeat {
  const at = history.findLastIndex(isPrompt);
  const entry = history[at];
  if (!entry || !isPrompt(entry)) throw new SessionError('usage', 'there is no prompt to send again');
  const end = history.slice(at + 1).findLast((later) => later.type === 'message' && later.stop_reason !== undefined);
  const reason = end?.type === 'message' ? end.stop_reason : undefined;
  if (reason !== undefined && reason !== 'error' && reason !== 'cancelled' && reason !== 'interrupted') {
    throw new SessionError('usage', 'the last prompt was answered', { hint: 'send it once more as a new prompt' });
  }
  return { entry, before: history.slice(0, at) };
}
