import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { agentCatalog, type AgentsConfig } from '../../src/agents/catalog.js';
import { silentLogger } from '../../src/model/logger.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

describe('an agent that the catalogue starts', () => {
  const scratch = makeScratchFolder('started');
  const cwd = path.join(scratch.folder, 'project');
  mkdirSync(cwd);
  after(() => scratch.remove());

  /** An agent that answers with its arguments, its folder and its environment for a version. */
  const mirror = path.join(scratch.folder, 'mirror.mjs');
  writeFileSync(
    mirror,
    `#!/usr/bin/env node
    import { createInterface } from 'node:readline';
    const version = JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), env: process.env });
    const answer = (id) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: 1, agentInfo: { name: 'mirror', version } } }) + '\\n');
    createInterface({ input: process.stdin }).on('line', (line) => answer(JSON.parse(line).id));`,
    { mode: 0o755 },
  );

  interface Seen {
    readonly args: string[];
    readonly cwd: string;
    readonly env: Record<string, string>;
  }
  const startMirror = async (name: string, config: AgentsConfig): Promise<Seen> => {
    const env = {
      PATH: process.env['PATH'],
      HOME: scratch.folder,
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_PID: '7',
      NODE_OPTIONS: '--no-warnings',
      KEPT: 'yes',
    };
    const catalog = agentCatalog({ env, demoPath: 'x', config });
    const connection = await catalog.connect(name, { cwd, logger: silentLogger });
    await connection.dispose();
    return JSON.parse(connection.info.version ?? '') as Seen;
  };

  test('gets the environment without the marks of the host, with what the config adds, and runs in the folder', async () => {
    const { args, cwd: where, env } = await startMirror('mine', { mine: { command: mirror, args: ['--acp'], env: { ADDED: 'too' } } });
    assert.deepEqual(args, ['--acp']);
    assert.equal(where, cwd);
    assert.deepEqual([env['KEPT'], env['ADDED']], ['yes', 'too']);
    assert.deepEqual(
      Object.keys(env).filter((name) => /^(ELECTRON|VSCODE|NODE_OPTIONS)/.test(name)),
      [],
    );
  });

  test('keeps the arguments of the table when the config names another program for it', async () => {
    assert.deepEqual((await startMirror('opencode', { opencode: { command: mirror } })).args, ['acp']);
    assert.deepEqual((await startMirror('opencode', { opencode: { command: mirror, args: [] } })).args, []);
  });
});
