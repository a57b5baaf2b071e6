import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { connectAcp } from './acpConnection.js';
import type { AgentCatalog, AgentConnection, AgentInfo } from './agent.js';
import { agentEnvironment, type Environment } from './agentEnvironment.js';
import { agentTable, type AgentRow } from './agentTable.js';
import { nodeFor, ownNode, type NodeProgram } from './nodeProgram.js';
import { findPrograms, inspectProgram, programFolders, within, type Program } from './programSearch.js';

/** `agents.<name>` of the config. Only the person's own: a folder's must never reach this. */
export type AgentsConfig = Readonly<Record<string, AgentConfig>>;
export interface AgentConfig {
  /** An absolute path, or a name to look for; replaces the program of the table. */
  readonly command?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface CatalogOptions {
  /** The environment: `PATH`, `HOME`, `SKEIN_HOME`, and what the agents themselves read. */
  readonly env: Environment;
  /** Asked each time, so that a change applies at once. */
  readonly config?: AgentsConfig | (() => AgentsConfig | Promise<AgentsConfig>) | undefined;
  /** The built demo agent: `dist/demoAgent.js`. */
  readonly demoPath: string;
  /** The folders of the workspace. No program is taken from one of them; `connect` adds its `cwd`. */
  readonly folders?: readonly string[] | undefined;
}

interface Listed {
  readonly row: AgentRow | undefined;
  readonly info: AgentInfo;
  readonly program: Program | undefined;
  readonly config: AgentConfig;
}

const demoName = 'demo';

/** The agents of this machine: those of the table, those of the config, and the demo. */
export function agentCatalog(options: CatalogOptions): AgentCatalog {
  const look = async (refuse: readonly string[]): Promise<{ listed: Listed[]; folders: string[] }> => {
    const config = typeof options.config === 'function' ? await options.config() : (options.config ?? {});
    const folders = await programFolders(options.env);
    const known = agentTable.map((row) => lookFor(row.name, row, config[row.name] ?? {}, folders, refuse));
    const names = Object.keys(config).filter((name) => name !== demoName && !agentTable.some((row) => row.name === name));
    const others = names.flatMap((name) =>
      config[name]?.command === undefined ? [] : [lookFor(name, undefined, config[name], folders, refuse)],
    );
    return { listed: await Promise.all([...known, ...others, demo(options.demoPath, config[demoName] ?? {}, folders, refuse)]), folders };
  };

  return {
    async list() {
      const { listed } = await look(refused(options.folders ?? [], options.env));
      return listed.map(({ info }) => info);
    },

    async connect(name, { cwd, logger }): Promise<AgentConnection> {
      const refuse = refused([...(options.folders ?? []), cwd], options.env);
      const { listed, folders } = await look(refuse);
      const found = listed.find(({ info }) => info.name === name);
      if (!found)
        throw new SessionError('agent_missing', `There is no agent named ${name}`, {
          hint: `known are ${listed.map(({ info }) => info.name).join(', ')}`,
        });
      const { row, info, program, config } = found;
      if (!program) throw missing(info);
      await fs.access(cwd).catch((error: unknown) => {
        throw new SessionError('failed', `The folder ${cwd} is not there`, {
          hint: 'the session was made in it; make it again, or fork the session',
          cause: error,
        });
      });
      let node: NodeProgram | undefined;
      if (info.demo && program.script) node = ownNode();
      else if (program.script) node = await nodeFor(row?.node ?? 20, info.title, { folders, refuse, env: options.env, logger });
      const args = config.args ?? row?.args ?? [];
      return connectAcp({
        command: {
          name,
          title: info.title,
          command: node?.command ?? program.file,
          args: node ? [...node.args, program.file, ...args] : args,
          // The host's own marks go; the one that makes Electron a Node is put back where it is needed.
          env: agentEnvironment(options.env, { ...config.env, ...node?.env }),
        },
        info,
        cwd,
        logger,
        mayLoad: row?.mayLoad,
      });
    },
  };
}

async function lookFor(
  name: string,
  row: AgentRow | undefined,
  config: AgentConfig,
  folders: readonly string[],
  refuse: readonly string[],
): Promise<Listed> {
  const wanted = config.command ?? row?.program ?? name;
  const base = { name, title: row?.title ?? name, demo: false, can: row?.can ?? (['permissions', 'models', 'modes'] as const) };
  const install = row && config.command === undefined ? `npm install -g ${row.package}` : undefined;
  for (const file of await findPrograms(wanted, folders, refuse)) {
    const program = await inspectProgram(file, row?.package);
    if (row?.packageOnly === true && config.command === undefined && program.version === undefined) continue;
    return { row, config, program, info: { ...base, version: program.version, path: program.path } };
  }
  const where = path.isAbsolute(wanted) ? '' : ' on the PATH';
  return { row, config, program: undefined, info: { ...base, problem: `“${wanted}” was not found${where}`, install } };
}

async function demo(demoPath: string, config: AgentConfig, folders: readonly string[], refuse: readonly string[]): Promise<Listed> {
  const info: AgentInfo = { name: demoName, title: 'Demo', demo: true, can: ['load', 'resume', 'fork', 'permissions', 'models', 'modes'] };
  const row = undefined;
  if (config.command !== undefined) {
    const found = await lookFor(demoName, undefined, config, folders, refuse);
    return { ...found, info: { ...found.info, ...info } };
  }
  const there = await fs.access(demoPath).then(
    () => true,
    () => false,
  );
  if (!there) return { row, config, program: undefined, info: { ...info, problem: `“${demoPath}” was not found` } };
  return { row, config, program: { path: demoPath, file: demoPath, script: true, version: undefined }, info: { ...info, path: demoPath } };
}

function missing({ title, problem, install }: AgentInfo): SessionError {
  return new SessionError('agent_missing', `${title} was not found`, { hint: install ?? problem });
}

/** Folders that programs are not taken from. One that holds the home folder is left out: there, all is the person's own. */
function refused(folders: readonly string[], env: Environment): string[] {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? os.homedir();
  return folders.filter((folder) => !within(home, folder));
}
