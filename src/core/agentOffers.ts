import * as z from 'zod';
import type { AgentOffers } from '../model/agentOffers.js';
import { permissionModes, thinkingLevels } from '../model/record.js';
import type { AgentFacts } from './agentFacts.js';
import type { CoreContext } from './context.js';

const text = z.string().optional();
const texts = z.array(z.string()).default([]);
const level = z.enum(thinkingLevels).optional();
const mode = z.enum(permissionModes).optional();

/** What the person's config says an agent's sessions begin with. A session that has no agent yet has no defaults of one either. */
export async function agentDefaults({ config }: Pick<CoreContext, 'config'>, backend: string): Promise<AgentOffers['defaults']> {
  const said = (name: string) => (backend === '' ? undefined : config.get(`agents.${backend}.defaults.${name}`));
  const [model, thinking, permission] = [
    text.parse(await said('model')),
    level.parse(await said('thinking_level')),
    mode.parse(await said('permission_mode')),
  ];
  return {
    ...(model === undefined ? {} : { model }),
    fallbacks: texts.parse(await said('fallbacks')),
    ...(thinking === undefined ? {} : { thinking_level: thinking }),
    ...(permission === undefined ? {} : { permission_mode: permission }),
  };
}

/** What the agent named `backend` offers; `facts` are what it has told of itself. */
export async function agentOffers(context: CoreContext, backend: string, { models }: AgentFacts): Promise<AgentOffers> {
  return { agent: backend, models: [...models], defaults: await agentDefaults(context, backend) };
}
