import { mkdtemp, rm } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as z from 'zod';
import type { AgentCatalog, AgentInfo } from '../../agents/agent.js';
import type { AgentOffers } from '../../model/agentOffers.js';
import { messageOf } from '../../model/errors.js';
import { permissionModes } from '../../model/permissionMode.js';
import { thinkingLevels } from '../../model/thinkingLevel.js';
import type { CoreContext } from '../context.js';

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
 * the editor's own, is asked now: that costs a moment and leaves nothing behind. So is a program that has told nothing yet, once,
 * where the same holds for it.
 */
export async function agentOffers(context: CoreContext, agent: string, ask?: () => Promise<AgentCatalog>): Promise<AgentOffers> {
  if (ask) await askNow(context, agent, await ask());
  const { models, thinking_levels } = await context.told.of(agent);
  return { agent, models, thinking_levels, defaults: await agentDefaults(context, agent) };
}

async function askNow(context: CoreContext, name: string, catalog: AgentCatalog): Promise<void> {
  const { told } = context;
  const agent = (await catalog.list()).find((each) => each.name === name);
  if (!agent || agent.problem !== undefined) return;
  if (agent.tells === true) await told.once(name, () => inScratchFolder((folder) => askAgent(context, agent, catalog, folder)));
  else if (agent.key !== undefined || agent.from === 'editor') await askAgent(context, agent, catalog, context.dir);
}

/** Opens a session for what it tells, and ends the agent again. */
async function askAgent({ told, logger }: CoreContext, { name, title }: AgentInfo, catalog: AgentCatalog, cwd: string): Promise<void> {
  try {
    const connection = await catalog.connect(name, { cwd, logger });
    try {
      const { models, levels = [] } = await connection.create({ cwd });
      if (models.length > 0) await told.keep(name, { models: [...models], thinking_levels: [...levels] });
    } finally {
      await connection.dispose();
    }
  } catch (error) {
    logger.warn(`${title} was asked for its models: ${messageOf(error)}`);
  }
}

/** A program has no business in the person's folder for that, nor takes what stands in it for its settings. */
async function inScratchFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'skein-ask-'));
  try {
    await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
