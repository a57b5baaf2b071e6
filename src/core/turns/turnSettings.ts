import type { AgentConnection, AgentSession } from '../../agents/agent.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { ThinkingLevel } from '../../model/thinkingLevel.js';

export interface TurnSettings {
  readonly model: string | undefined;
  /** Models to take in its place, in order. */
  readonly fallbacks: readonly string[];
  readonly thinking: ThinkingLevel | undefined;
  readonly notice: (level: 'info' | 'warning', text: string) => void;
}

/** Sets the model and the level of thinking. What the agent has not got is no reason to refuse the turn, and is said. */
export async function useSettings(connection: AgentConnection, session: AgentSession, settings: TurnSettings): Promise<void> {
  await useModel(connection, session, settings);
  const { thinking, notice } = settings;
  if (thinking === undefined) return;
  const { title } = connection.info;
  if (!session.setThinking) {
    // Nothing to turn off where nobody can choose.
    if (thinking !== 'off') notice('info', `${title} lets nobody choose how much it thinks`);
    return;
  }
  try {
    await session.setThinking(thinking);
  } catch (error) {
    const hint = error instanceof SessionError && error.hint !== undefined ? `: ${error.hint}` : '';
    notice('warning', `${messageOf(error)}${hint}`);
  }
}

/** The first of the model and its fallbacks that the agent has answers; where it has none of them, its own does. */
async function useModel(
  connection: AgentConnection,
  session: AgentSession,
  { model, fallbacks, notice }: Pick<TurnSettings, 'model' | 'fallbacks' | 'notice'>,
): Promise<void> {
  if (model === undefined || model === session.model) return;
  let refused: unknown;
  for (const name of [model, ...fallbacks]) {
    try {
      await session.setModel(name);
      if (name !== model) notice('warning', `${connection.info.title} does not offer the model ${model}, so ${name} answers`);
      return;
    } catch (error) {
      refused ??= error;
    }
  }
  notice(
    'warning',
    `${connection.info.title} does not offer the model ${model}${session.model ? `, so ${session.model} answers` : ''}: ${messageOf(refused)}`,
  );
}
