import type { SessionRecord } from '../model/record.js';
import { givenTitle } from '../model/sessionTitle.js';
import type { NewRecord } from '../store/store.js';
import { resumeSession } from './foreign/adopt.js';
import type { CoreContext } from './context.js';
import { handedTo } from './turns/switchAgent.js';

export interface ForkOptions {
  readonly at?: string | undefined;
  readonly backend?: string | undefined;
  readonly title?: string | undefined;
}

/**
 * A new session that starts from another's history, up to and including the entry `at` (default: all of it). Another
 * program's session is adopted first. The agent's own session is not touched: it is forked, or told the history, at the
 * first turn.
 */
export async function forkSession(context: CoreContext, id: string, options: ForkOptions): Promise<SessionRecord> {
  const title = options.title === undefined ? undefined : givenTitle(options.title);
  const parentId = await resumeSession(context, id);
  const parent = await context.store.read(parentId);
  const { backend } = options;
  const fields: Partial<NewRecord> = {
    ...(title === undefined ? { title_source: parent.title_source } : { title, title_source: 'user' }),
    // A model is one agent's: another has its own.
    ...(backend === undefined || backend === parent.backend ? {} : handedTo(backend, parent)),
  };
  return context.store.fork(parentId, { ...(options.at === undefined ? {} : { at: options.at }), fields });
}
