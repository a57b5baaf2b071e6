import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { AgentCatalog } from '../agents/agent.js';
import type { AgentsConfig } from '../agents/catalog.js';
import type { Editor } from '../agents/editorAgent.js';
import { openSources } from '../sources/sourceList.js';
import { ensureStore, isStore, resolveStore, skeinHome, type StoreLocation } from '../store/location.js';
import { openStore } from '../store/openStore.js';
import { Config } from './config/config.js';
import type { ContentSearch } from './search/contentSearch.js';
import type { CoreContext } from './context.js';
import { FolderWorkspace } from './folderWorkspace.js';
import { HiddenRows } from './foreign/hiddenRows.js';
import { HomeFile } from './config/homeFile.js';
import { MovedFolders } from './foreign/movedFolders.js';
import { PermissionRules } from './turns/permissionRules.js';
import { OwnIds } from './foreign/ownIds.js';
import { Seal } from './seal.js';
import { ToldOffers } from './config/toldOffers.js';
import { TrustedModes } from './turns/trustedModes.js';
import type { Workspace, WorkspaceOptions } from './workspace.js';

const placeSchema = z.object({ location: z.enum(['workspace', 'home']).optional(), path: z.string().optional() });

/** Opens a folder's sessions. Reads only: the store is made by the first write. `not_found` when `dir` is not a folder. */
export async function openWorkspace(dir: string, options: WorkspaceOptions): Promise<Workspace> {
  const { program, surface, env, logger, now = Date.now, agents, trusted, editor } = options;
  const home = skeinHome(env);
  // Where the store is only the person's own file says: the store's file can come into play once the store is known.
  const place = placeSchema.parse(await new Config({ home, program, logger }).get('store'));
  const location = resolveStore(dir, { env, ...place });
  const config = new Config({ home, root: location.root, program, logger });
  const open = (root: string) => openStore(root, { actor: { program, surface }, now: () => new Date(now()), logger });
  const moved = new MovedFolders(new HomeFile(join(home, 'moved.json'), { program, logger }));
  let opened: Promise<ContentSearch> | undefined;
  const context: CoreContext = {
    dir: location.dir,
    location,
    store: open(location.root),
    sources: openSources({ env, folders: foldersOf(location), cache: join(home, 'cache', 'sources') }).map((source) =>
      moved.relink(source),
    ),
    config,
    modes: new TrustedModes(new HomeFile(join(home, 'trust.json'), { program, logger })),
    rules: new PermissionRules(new HomeFile(join(home, 'rules.json'), { program, logger })),
    hidden: new HiddenRows(new HomeFile(join(home, 'hidden.json'), { program, logger })),
    moved,
    told: new ToldOffers(new HomeFile(join(home, 'agents.json'), { program, logger })),
    ownIds: new OwnIds(new HomeFile(join(home, 'agent-sessions', `${nameOf(location.root)}.json`), { program, logger }), location.root),
    seal: new Seal(new HomeFile(join(home, 'seal-key'), { program, logger }), location.root),
    home,
    program,
    env,
    logger,
    now,
    ensure: once(() => makeStore(location, { env, home, program })),
    content: once(() => (opened = import('./search/openContent.js').then(({ openContent }) => openContent(context)))),
    // One that could not be opened was told to whoever searched.
    close: async () => (await opened?.catch(() => undefined))?.close(),
    otherStores: async () => {
      const known = await (await import('../store/folders.js')).knownStores(home);
      return known.filter(({ root }) => root !== location.root && isStore(root)).map(({ root }) => open(root));
    },
  };
  return new FolderWorkspace({ context, trusted, catalog: once(async () => agents ?? thisComputersAgents(context, editor)) });
}

const nameOf = (root: string): string => createHash('sha256').update(root).digest('hex').slice(0, 24);

/** Where a program that keeps its sessions in the folder itself may have been started. */
function foldersOf({ dir, gitRoot, mainWorktree, worktrees }: StoreLocation): readonly string[] {
  return [...new Set([dir, gitRoot, mainWorktree, ...worktrees].filter((folder) => folder !== undefined))];
}

/** Makes the store and notes it for "all folders"; not one that was chosen for a while by `SKEIN_STORE`. */
async function makeStore(
  { root, dir, gitRoot, mainWorktree }: StoreLocation,
  { env, home, program }: Pick<CoreContext, 'env' | 'home' | 'program'>,
): Promise<void> {
  await ensureStore(root);
  if (!env['SKEIN_STORE'])
    await (await import('../store/folders.js')).rememberStore(home, { root, dir: mainWorktree ?? gitRoot ?? dir }, program);
}

async function thisComputersAgents({ env, config, dir }: CoreContext, editor: Editor | undefined): Promise<AgentCatalog> {
  const [{ agentCatalog }, { withModels }, { demoPath }] = await Promise.all([
    import('../agents/catalog.js'),
    import('../agents/modelCatalog.js'),
    import('./demoPath.js'),
  ]);
  const agents = (): Promise<AgentsConfig> => config.agents();
  return withModels(agentCatalog({ env, config: agents, demoPath: demoPath(), folders: [dir] }), { config: agents, env, editor });
}

/** Does it once; a failure is tried again the next time. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}
