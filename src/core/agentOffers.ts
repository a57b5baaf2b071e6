import * as z from 'zod';
import type { AgentCatalog } from '../agents/agent.js';
import type { AgentOffers } from '../model/agentOffers.js';
import { messageOf } from '../model/errors.js';
import { permissionModes } from '../model/permissionMode.js';
import { thinkingLevels } from '../model/thinkingLevel.js';
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

/**
 * What an agent offers, as it told when it last had a turn. With `ask`, one that is no program but a model behind an address, or
 * the editor's own, is asked now: that costs a moment and leaves nothing behind.
 */
export async function agentOffers(context: CoreContext, agent: string, ask?: () => Promise<AgentCatalog>): Promise<AgentOffers> {
  const now = ask && (await askedNow(context, agent, await ask()));
  const { models, thinking_levels } = now ?? (await context.told.of(agent));
  return { agent, models, thinking_levels, defaults: await agentDefaults(context, agent) };
}

async function askedNow(
  { told, dir, logger }: CoreContext,
  name: string,
  catalog: AgentCatalog,
): Promise<Pick<AgentOffers, 'models' | 'thinking_levels'> | undefined> {
  const agent = (await catalog.list()).find((each) => each.name === name);
  if (!agent || agent.problem !== undefined || (agent.key === undefined && agent.from !== 'editor')) return undefined;
  try {
    const connection = await catalog.connect(name, { cwd: dir, logger });
    try {
      const { models, levels = [] } = await connection.create({ cwd: dir });
      if (models.length === 0) return undefined;
      await told.keep(name, { models: [...models], thinking_levels: [...levels] });
      return await told.of(name);
    } finally {
      await connection.dispose();
    }
  } catch (error) {
    logger.warn(`${agent.title} was asked for its models: ${messageOf(error)}`);
    return undefined;
  }
}
