import type { Logger } from '../model/logger.js';
import type { AgentConnection, AgentInfo } from './agent.js';
import type { ChatModel } from './chatModel.js';
import { ChatSession } from './chatSession.js';

export interface ChatAgentOptions {
  readonly info: AgentInfo;
  readonly chat: ChatModel;
  /** The model where a session names none. */
  readonly model: string | undefined;
  readonly logger: Logger;
}

/** A model as an agent: a chat without tools, whose conversation is told to it again with each prompt. */
export function connectChat({ info, chat, model, logger }: ChatAgentOptions): AgentConnection {
  const closing = new AbortController();
  let close: (end: { code: number | null; lastWords: string }) => void = () => undefined;
  const closed = new Promise<{ code: number | null; lastWords: string }>((resolve) => (close = resolve));
  return {
    info,
    create: async (options) => {
      const session = new ChatSession({
        ...{ chat, title: info.title, name: info.name, logger, closed: closing.signal },
        model: options.model ?? model,
      });
      await session.looked;
      return session;
    },
    closed,
    dispose: () => {
      closing.abort();
      close({ code: 0, lastWords: '' });
      return Promise.resolve();
    },
  };
}
