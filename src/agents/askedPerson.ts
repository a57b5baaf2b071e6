import { messageOf } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { TurnHooks } from './agent.js';

type Request = Parameters<TurnHooks['permission']>[0];

/** What a person chose; `null` when nobody could answer, and when the turn is cancelled or the question `withdrawn` meanwhile. */
export async function askPerson(
  { permission, signal }: TurnHooks,
  logger: Logger,
  request: Request,
  withdrawn?: AbortSignal,
): Promise<string | null> {
  const answered = new AbortController();
  const taken = new Promise<null>((resolve) => {
    for (const end of [signal, withdrawn]) {
      if (end?.aborted) resolve(null);
      else end?.addEventListener('abort', () => resolve(null), { once: true, signal: answered.signal });
    }
  });
  const asked = permission(request).catch((error: unknown) => {
    logger.warn(`no answer to “${request.title}”, taken as cancelled: ${messageOf(error)}`);
    return null;
  });
  try {
    return await Promise.race([asked, taken]);
  } finally {
    answered.abort();
  }
}
