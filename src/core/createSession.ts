import * as z from 'zod';
import type { AgentCatalog } from '../agents/agent.js';
import type { SessionRecord } from '../model/record.js';
import { givenTitle } from '../model/sessionTitle.js';
import { checkedTags } from '../model/tags.js';
import { freshId } from '../store/freshId.js';
import type { CoreContext } from './context.js';
import { defaultBackend } from './config/defaultBackend.js';
import { withBranch } from './gitBranch.js';
import type { CreateOptions } from './workspace.js';

/** A new session of the folder, with its agent settled and the tags of `session.default_tags`. */
export async function createSession(context: CoreContext, catalog: AgentCatalog, options: CreateOptions): Promise<SessionRecord> {
  const { store, config, modes, dir } = context;
  const { spawnedBy } = options;
  const title = options.title === undefined ? undefined : givenTitle(options.title);
  const given = checkedTags(options.tags ?? []);
  const backend = options.backend ?? (await defaultBackend(config, catalog));
  const tags = [...(await defaultTags(context)), ...given];
  await context.ensure();
  const id = freshId();
  const settings = options.settings && (await modes.keep(store.root, id, options.settings));
  return store.create({
    id,
    workdir: dir,
    backend,
    title: title ?? '',
    title_source: title === undefined ? 'auto' : 'user',
    tags: [...new Set(tags)],
    metadata: withBranch(spawnedBy === undefined ? {} : { spawned_by: spawnedBy }, dir),
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(spawnedBy === undefined ? {} : { parent_id: spawnedBy }),
    ...(settings === undefined ? {} : { settings }),
  });
}

async function defaultTags({ config, env }: CoreContext): Promise<readonly string[]> {
  const tags = z.array(z.string()).parse(await config.get('session.default_tags'));
  const user = env['USER'] ?? env['USERNAME'] ?? '';
  return tags.map((tag) => tag.replaceAll('${USER}', user)).filter(Boolean);
}
