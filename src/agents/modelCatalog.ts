import type { AgentCatalog, AgentInfo } from './agent.js';
import type { AgentConfig } from './agentSearch.js';
import type { KeyPlaces } from './endpoint.js';
import { endpointAgent, type EndpointAgent } from './endpointAgent.js';
import { SessionError } from '../model/errors.js';
import type { AgentsConfig } from './catalog.js';

export interface ModelCatalogOptions {
  readonly keys: KeyPlaces;
  /** Asked each time, so that a change applies at once. */
  readonly config: () => Promise<AgentsConfig>;
}

/** The agents of another catalogue, and those that the config says are models behind an endpoint; the demo stays the last. */
export function withModels(programs: AgentCatalog, { keys, config }: ModelCatalogOptions): AgentCatalog {
  const endpoints = async (): Promise<readonly EndpointAgent[]> =>
    Promise.all(Object.entries(await config()).flatMap(([name, own]) => (own.endpoint ? [endpointOf(name, own, keys)] : [])));
  return {
    async list() {
      const [others, models] = await Promise.all([programs.list(), endpoints()]);
      const infos = models.map(({ info }) => info);
      const kept = others.filter(({ name }) => !infos.some((info) => info.name === name));
      return [...kept.filter(({ demo }) => !demo), ...infos, ...kept.filter(({ demo }) => demo)];
    },

    async connect(name, options) {
      const model = (await endpoints()).find(({ info }) => info.name === name);
      return model ? model.connect(options.logger) : programs.connect(name, options);
    },
  };
}

async function endpointOf(name: string, { endpoint = {}, command, model }: AgentConfig, keys: KeyPlaces): Promise<EndpointAgent> {
  const { protocol = 'openai', url, key_env } = endpoint;
  if (command !== undefined) return unusable(name, `agents.${name} has both a command and an endpoint: take one out`);
  if (url === undefined) return unusable(name, `agents.${name}.endpoint.url is not set`);
  return endpointAgent({ name, title: name, endpoint: { protocol, url, key_env }, model, keys });
}

function unusable(name: string, problem: string): EndpointAgent {
  const info: AgentInfo = { name, title: name, demo: false, from: 'config', can: ['models'], problem };
  return { info, connect: () => Promise.reject(new SessionError('agent_failed', `${name} cannot be asked`, { hint: problem })) };
}
