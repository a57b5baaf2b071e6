import * as z from 'zod';
import type { AgentCatalog } from '../../agents/agent.js';
import type { Config } from './config.js';

/** The agent of a session that names none: the setting, else the first one found, else the demo. */
export async function defaultBackend(config: Config, catalog: AgentCatalog): Promise<string> {
  const chosen = z
    .string()
    .optional()
    .parse(await config.get('default_backend'));
  if (chosen !== undefined) return chosen;
  const found = (await catalog.list()).find(({ demo, problem }) => !demo && problem === undefined);
  return found?.name ?? 'demo';
}
