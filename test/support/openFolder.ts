import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openWorkspace } from '../../src/core/openWorkspace.js';
import type { Workspace, WorkspaceOptions } from '../../src/core/workspace.js';
import type { Logger } from '../../src/model/logger.js';
import { scriptedCatalog } from './scriptedCatalog.js';
import { withScratchFolder } from './scratchFolder.js';

export interface OpenFolder {
  /** The folder, real. */
  readonly dir: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workspace: Workspace;
  /** What was logged, `warn: …`. */
  readonly log: readonly string[];
  /** Another window or terminal on this folder, or on another one; closed at the end too. */
  open(options?: Partial<WorkspaceOptions> & { readonly dir?: string }): Promise<Workspace>;
}

/** Runs with a workspace of a scratch folder, under a scratch home; everything is closed and gone afterwards. */
export async function withFolder(options: Partial<WorkspaceOptions>, run: (folder: OpenFolder) => Promise<void>): Promise<void> {
  await withScratchFolder('core', async (root) => {
    const [dir, home] = [join(root, 'project'), join(root, 'home')];
    for (const made of [dir, home]) await mkdir(made, { recursive: true });
    const env = { HOME: home, PATH: process.env['PATH'], USER: 'ada' };
    const log: string[] = [];
    const opened: Workspace[] = [];
    const open: OpenFolder['open'] = async ({ dir: folder = dir, ...more } = {}) => {
      const defaults = { program: 'test', surface: 'test', env, logger: loggerTo(log), trusted: () => true, agents: scriptedCatalog() };
      const workspace = await openWorkspace(folder, { ...defaults, ...options, ...more });
      opened.push(workspace);
      return workspace;
    };
    try {
      await run({ dir, home, env, log, open, workspace: await open() });
    } finally {
      for (const workspace of opened) await workspace.dispose();
    }
  });
}

function loggerTo(log: string[]): Logger {
  const line = (level: string) => (message: string) => void log.push(`${level}: ${message}`);
  return { trace: () => undefined, debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
