import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import { openWorkspace } from '../../../src/core/openWorkspace.js';
import type { Workspace } from '../../../src/core/workspace.js';
import { silentLogger } from '../../../src/model/logger.js';
import { startModelServer, type ModelServer } from '../modelServer.js';
import { makeScratchFolder } from '../scratchFolder.js';
import type { RealAgent } from './realAgent.js';

/** A folder with the product in it, under a home where some agents are installed and set up, and the model that they ask. */
export interface AgentPlace {
  readonly dir: string;
  readonly home: string;
  readonly server: ModelServer;
  /** The product, as another program would open it. Closed at the end too. */
  open(): Promise<Workspace>;
  close(): Promise<void>;
}

/** The first agent is found before the others, where two bring a program of one name. */
export async function makeAgentPlace(...agents: readonly RealAgent[]): Promise<AgentPlace> {
  const scratch = makeScratchFolder('agent');
  const [dir, home] = [path.join(scratch.folder, 'project'), path.join(scratch.folder, 'home')];
  for (const made of [dir, home]) await mkdir(made);
  const server = await startModelServer();
  const opened: Workspace[] = [];
  // What else is installed on this computer must not answer for it.
  const system = [path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  const stops: (() => Promise<void>)[] = [];
  const setUp = async (): Promise<NodeJS.ProcessEnv> => {
    const folders = await Promise.all(agents.map(({ install }) => install()));
    const envs = await Promise.all(agents.map(({ prepare }) => prepare(home, server.url)));
    const base = { HOME: home, USER: 'ada', PATH: [...folders, ...system].join(path.delimiter) };
    const env = Object.assign(base, ...envs) as NodeJS.ProcessEnv;
    for (const { run } of agents) if (run) stops.push(await run(env));
    return env;
  };
  let ready: Promise<NodeJS.ProcessEnv> | undefined;
  return {
    dir,
    home,
    server,
    async open() {
      const env = await (ready ??= setUp());
      const workspace = await openWorkspace(dir, { program: 'test', surface: 'test', env, logger: silentLogger, trusted: () => true });
      opened.push(workspace);
      return workspace;
    },
    async close() {
      for (const workspace of opened) await workspace.dispose();
      for (const stop of stops) await stop();
      await server.close();
      scratch.remove();
    },
  };
}
