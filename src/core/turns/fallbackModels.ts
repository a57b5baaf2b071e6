import type { AgentSession, TurnHooks, TurnResult } from '../../agents/agent.js';
import type { ContentBlock } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Logger } from '../../model/logger.js';
import type { WarmAgent } from './warmAgents.js';

export interface FallbackOptions {
  /** Models to ask next, in order. */
  readonly fallbacks: readonly string[];
  readonly notice: (level: 'info' | 'warning', text: string) => void;
  /** Another model answers from now on. */
  readonly answeredBy: (model: string) => void;
  readonly logger: Logger;
}

/**
 * Sends a prompt, and where the model fails, again to the fallbacks in their order. Not after a tool was used: it would be used
 * twice; nor when the agent itself is gone. The session's own model is set again at the end.
 */
export async function promptWithFallbacks(
  { session, connection }: WarmAgent,
  content: readonly ContentBlock[],
  hooks: TurnHooks,
  { fallbacks, notice, answeredBy, logger }: FallbackOptions,
): Promise<TurnResult> {
  const own = session.model;
  const left = fallbacks.filter((model) => model !== own);
  let [gone, acted] = [false, false];
  void connection.closed.then(() => (gone = true));
  const watched: TurnHooks = {
    ...hooks,
    update: (update) => {
      acted ||= update.kind === 'tool';
      hooks.update(update);
    },
  };
  try {
    for (;;) {
      try {
        return await session.prompt(content, watched);
      } catch (error) {
        if (gone || acted || hooks.signal.aborted || !(error instanceof SessionError)) throw error;
        const next = await firstOffered(session, left, logger);
        if (next === undefined) throw error;
        const why = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
        notice('warning', `${why}. ${next} is asked instead`);
        answeredBy(next);
      }
    }
  } finally {
    if (!gone && own !== undefined && session.model !== own)
      await session.setModel(own).catch((error: unknown) => logger.warn(`the model stays ${session.model ?? ''}: ${messageOf(error)}`));
  }
}

/** Sets the next model that the agent has, taking those before it off the list. */
async function firstOffered(session: AgentSession, left: string[], logger: Logger): Promise<string | undefined> {
  for (let model = left.shift(); model !== undefined; model = left.shift()) {
    try {
      await session.setModel(model);
      return model;
    } catch (error) {
      logger.warn(`the model ${model} cannot be asked: ${messageOf(error)}`);
    }
  }
  return undefined;
}
