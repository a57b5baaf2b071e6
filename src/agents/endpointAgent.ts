import { SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { AgentConnection, AgentInfo } from './agent.js';
import { connectChat } from './chatAgent.js';
import { keyFor, type Endpoint, type Key, type KeyPlaces } from './endpoint.js';
import { keyHint } from './endpointFailure.js';

export interface EndpointAgentOptions {
  readonly name: string;
  readonly title: string;
  readonly endpoint: Endpoint;
  /** The model of its sessions where they name none. */
  readonly model: string | undefined;
  readonly keys: KeyPlaces;
  /** As in `HttpModelOptions`. */
  readonly retryMs?: number | undefined;
}

export interface EndpointAgent {
  readonly info: AgentInfo;
  readonly connect: (logger: Logger) => Promise<AgentConnection>;
}

/** A model behind an HTTP endpoint as an agent. Looks for its key and asks it nothing: whether it answers shows at the turn. */
export async function endpointAgent({ name, title, endpoint, model, keys, retryMs }: EndpointAgentOptions): Promise<EndpointAgent> {
  const key = await keyFor(name, endpoint, keys);
  const info: AgentInfo = {
    name,
    title,
    demo: false,
    path: endpoint.url,
    from: 'config',
    key: key.from,
    can: ['models', 'thinking'],
    ...(key.from === 'missing' ? { problem: `it has no key: ${keyHint(endpoint)}` } : {}),
  };
  return {
    info,
    async connect(logger) {
      if (key.from === 'missing') throw noKey(title, endpoint);
      const { httpModel } = await import('./httpModel.js');
      // Looked for at each request: one that was removed is not used again, however long the session is kept.
      const keyNow = async (): Promise<Key> => {
        const now = await keyFor(name, endpoint, keys);
        if (now.from === 'missing') throw noKey(title, endpoint);
        return now;
      };
      return connectChat({ info, chat: httpModel({ title, name, endpoint, key: keyNow, retryMs }), model, logger });
    },
  };
}

const noKey = (title: string, endpoint: Endpoint): SessionError =>
  new SessionError('agent_failed', `${title} has no key`, { hint: keyHint(endpoint) });
