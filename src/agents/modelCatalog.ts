import type { AgentCatalog, AgentInfo } from './agent.js';
import type { AgentConfig } from './agentSearch.js';
import type { Environment } from './agentEnvironment.js';
import { connectEditor, editorAgentName, editorInfo, type Editor } from './editorAgent.js';
import type { KeyPlaces } from './endpoint.js';
import { endpointAgent, type EndpointAgent } from './endpointAgent.js';
import { SessionError } from '../model/errors.js';
import type { AgentsConfig } from './catalog.js';

export interface ModelCatalogOptions {
  readonly env: Environment;
  /** Gives keys, and models of its own. */
  readonly editor?: Editor | undefined;
  /** Asked each time, so that a change applies at once. */
  readonly config: () => Promise<AgentsConfig>;
}

/** The agents of another catalogue, and the models that are agents: those of the config's endpoints and of the editor. The demo stays the last. */
export function withModels(programs: AgentCatalog, { env, editor, config }: ModelCatalogOptions): AgentCatalog {
  const keys: KeyPlaces = { env, secret: editor?.secret };
  const endpoints = async (): Promise<readonly EndpointAgent[]> =>
    Promise.all(Object.entries(await config()).flatMap(([name, own]) => (own.endpoint ? [endpointOf(name, own, keys)] : [])));
  return {
    async list() {
      const [others, models, own] = await Promise.all([programs.list(), endpoints(), editorInfo(editor)]);
      const infos = models.map(({ info }) => info);
      const kept = others.filter(({ name }) => !infos.some((info) => info.name === name));
      const isNamed = [...kept, ...infos].some(({ name }) => name === editorAgentName);
      return [...kept.filter(({ demo }) => !demo), ...infos, ...(own && !isNamed ? [own] : []), ...kept.filter(({ demo }) => demo)];
    },

    async connect(name, options) {
      const own = (await config())[name];
      if (own?.endpoint) return (await endpointOf(name, own, keys)).connect(options.logger);
      if (name === editorAgentName && own?.command === undefined) return connectEditor(editor, options.logger);
      return programs.connect(name, options);
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
