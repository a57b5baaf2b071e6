import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import { SessionError } from '../model/errors.js';
import type { AgentCatalog, AgentConnection, AgentInfo } from './agent.js';
import { agentEnvironment, type Environment } from './agentEnvironment.js';
import type { Limits } from './agentLimits.js';
import { searchAgent, type AgentConfig, type FoundAgent, type FoundWay } from './agentSearch.js';
import type { AgentStart } from './agentStart.js';
import { acpWay, agentTable } from './agentTable.js';
import { nodeFor, ownNode, type NodeSearch } from './nodeProgram.js';
import { programFolders, within } from './programSearch.js';

/** `agents` of the config. */
export type AgentsConfig = Readonly<Record<string, AgentConfig>>;

export interface CatalogOptions {
  /** The environment: `PATH`, `HOME`, `SKEIN_HOME`, and what the agents themselves read. */
  readonly env: Environment;
  /** Asked each time, so that a change applies at once. */
  readonly config?: AgentsConfig | (() => AgentsConfig | Promise<AgentsConfig>) | undefined;
  /** The built demo agent: `dist/demoAgent.js`. */
  readonly demoPath: string;
  /** The folders of the workspace. No program is taken from one of them; `connect` adds its `cwd`. */
  readonly folders?: readonly string[] | undefined;
  /** How long an agent may take, where the defaults do not serve. */
  readonly limits?: Partial<Limits> | undefined;
}

const demoName = 'demo';

/** The agents of this machine: those of the table, those of the config, and the demo. */
export function agentCatalog(options: CatalogOptions): AgentCatalog {
  /** By name, in their order: how each is looked for. */
  const known = async (folders: readonly string[], refuse: readonly string[]): Promise<Map<string, () => Promise<FoundAgent>>> => {
    const config = typeof options.config === 'function' ? await options.config() : (options.config ?? {});
    const others = Object.keys(config)
      .filter((name) => name !== demoName && config[name]?.command !== undefined && !agentTable.some((row) => row.name === name))
      .map((name) => ({ name, title: name, ways: [acpWay(name)] as const }));
    return new Map([
      ...[...agentTable, ...others].map((row) => [row.name, () => searchAgent(row, config[row.name] ?? {}, { folders, refuse })] as const),
      [demoName, () => demo(options.demoPath, config[demoName] ?? {}, folders, refuse)] as const,
    ]);
  };

  return {
    async list() {
      const agents = await known(await programFolders(options.env), refused(options.folders ?? [], options.env));
      return Promise.all([...agents.values()].map(async (look) => (await look()).info));
    },

    async connect(name, { cwd, logger, env }): Promise<AgentConnection> {
      const refuse = refused([...(options.folders ?? []), cwd], options.env);
      const folders = await programFolders(options.env);
      const agents = await known(folders, refuse);
      const agent = await agents.get(name)?.();
      if (!agent)
        throw new SessionError('agent_missing', `There is no agent named ${name}`, { hint: `known are ${[...agents.keys()].join(', ')}` });
      if (agent.found.length === 0) throw missing(agent.info);
      await fs.access(cwd).catch((error: unknown) => {
        throw new SessionError('failed', `The folder ${cwd} is not there`, {
          hint: 'the session was made in it; make it again, or fork the session',
          cause: error,
        });
      });
      const { found, start } = await firstThatRuns(agent, cwd, { folders, refuse, env: { ...options.env, ...env }, logger });
      return found.way.connect({ ...start, limits: options.limits });
    },
  };
}

/** The best way whose program can be run: a script needs a Node that is new enough. Rejects as the best one does. */
async function firstThatRuns(
  { found, config }: FoundAgent,
  cwd: string,
  search: NodeSearch,
): Promise<{ readonly found: FoundWay; readonly start: AgentStart }> {
  let problem: unknown;
  for (const each of found) {
    try {
      return { found: each, start: await startOf(each, config, cwd, search) };
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      problem ??= error;
    }
  }
  throw problem;
}

async function startOf({ way, info, program }: FoundWay, config: AgentConfig, cwd: string, search: NodeSearch): Promise<AgentStart> {
  const { env, logger } = search;
  const node = !program.script ? undefined : info.demo ? ownNode() : await nodeFor(way.node, info.title, search);
  const args = config.args ?? way.args;
  return {
    command: {
      name: info.name,
      title: info.title,
      command: node?.command ?? program.file,
      args: node ? [...node.args, program.file, ...args] : args,
      // The host's own marks go; the one that makes Electron a Node is put back where it is needed.
      env: agentEnvironment(env, { ...config.env, ...node?.env }),
    },
    info,
    cwd,
    logger,
    program,
    node: (least) => nodeFor(least, info.title, search),
  };
}

async function demo(demoPath: string, config: AgentConfig, folders: readonly string[], refuse: readonly string[]): Promise<FoundAgent> {
  const way = acpWay(demoName, ['load', 'resume', 'fork', 'permissions', 'models', 'modes']);
  if (config.command !== undefined) {
    const { info, found } = await searchAgent({ name: demoName, title: 'Demo', ways: [way] }, config, { folders, refuse });
    return { config, info: { ...info, demo: true }, found: found.map((each) => ({ ...each, info: { ...each.info, demo: true } })) };
  }
  const info: AgentInfo = { name: demoName, title: 'Demo', demo: true, can: way.can };
  const there = await fs.access(demoPath).then(
    () => true,
    () => false,
  );
  if (!there) return { config, info: { ...info, problem: `“${demoPath}” was not found` }, found: [] };
  const found = { ...info, path: demoPath, via: way.via };
  return {
    config,
    info: found,
    found: [{ info: found, way, program: { path: demoPath, file: demoPath, script: true, version: undefined } }],
  };
}

function missing({ title, problem, install }: AgentInfo): SessionError {
  return new SessionError('agent_missing', `${title} was not found`, { hint: install ?? problem });
}

/** Folders that programs are not taken from. One that holds the home folder is left out: there, all is the person's own. */
function refused(folders: readonly string[], env: Environment): string[] {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? os.homedir();
  return folders.filter((folder) => !within(home, folder));
}
