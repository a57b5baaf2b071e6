import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { agentEnvironment, type Environment } from './agentEnvironment.js';
import { findPrograms } from './programSearch.js';

const run = promisify(execFile);

/** How to run a script: the program, what comes before the script, and what it needs in the environment. */
export interface NodeProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The Node that runs us. In an editor's host that is Electron, which runs as Node when it is told so. */
export function ownNode(): NodeProgram {
  return { command: process.execPath, args: [], env: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' } };
}

/**
 * A Node of at least that major version: our own, else one of the folders, else the editor's Electron as Node. Electron comes
 * last, because an agent hands its environment on: the variable is taken back before the agent's first line runs.
 */
export async function nodeFor(least: number, title: string, search: NodeSearch): Promise<NodeProgram> {
  const own = ownNode();
  const ownServes = majorOf(process.versions.node) >= least;
  const electron = process.versions['electron'] !== undefined;
  if (ownServes && !electron) return own;
  for (const command of await findPrograms('node', search.folders, search.refuse)) {
    if ((await versionOf(command, search)) >= least) return { command, args: [], env: {} };
  }
  if (ownServes) return { ...own, args: ['--import', 'data:text/javascript,delete process.env.ELECTRON_RUN_AS_NODE'] };
  const hint = `install Node ${least} or newer from nodejs.org, or put it on the PATH`;
  throw new SessionError('agent_missing', `${title} needs Node ${least} or newer, and none was found`, { hint });
}

export interface NodeSearch {
  readonly folders: readonly string[];
  readonly refuse: readonly string[];
  readonly env: Environment;
  readonly logger: Logger;
}

async function versionOf(command: string, { env, logger }: NodeSearch): Promise<number> {
  try {
    const { stdout } = await run(command, ['--version'], { env: agentEnvironment(env, {}), timeout: 5000 });
    return majorOf(stdout.trim().replace(/^v/, ''));
  } catch (error) {
    logger.debug(`${command} --version: ${messageOf(error)}`);
    return 0;
  }
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10) || 0;
}
