import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { agentCatalog, type CatalogOptions } from '../../src/agents/catalog.js';
import type { AgentInfo } from '../../src/agents/agent.js';
import { silentLogger } from '../../src/model/logger.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

describe('the catalogue of agents', () => {
  const scratch = makeScratchFolder('catalog');
  let count = 0;
  let root = '';
  let home = '';
  let workspace = '';
  const started = (): boolean => existsSync(path.join(root, 'started'));

  beforeEach(() => {
    count += 1;
    root = path.join(scratch.folder, String(count));
    home = path.join(root, 'home');
    workspace = path.join(home, 'project');
    mkdirSync(workspace, { recursive: true });
  });
  after(() => scratch.remove());

  /** A program that leaves a mark when it is started. */
  const program = (file: string): string => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\ntouch ${path.join(root, 'started')}\n`);
    chmodSync(file, 0o755);
    return path.dirname(file);
  };
  /** An npm package in `prefix/lib`, its program linked in `prefix/bin`, as a global install leaves it. Returns `prefix/bin`. */
  const packaged = (prefix: string, name: string, bin: string, version: string): string => {
    const folder = path.join(prefix, 'lib/node_modules', name);
    program(path.join(folder, 'dist/index.js'));
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version, bin: { [bin]: 'dist/index.js' } }));
    mkdirSync(path.join(prefix, 'bin'), { recursive: true });
    symlinkSync(path.join(folder, 'dist/index.js'), path.join(prefix, 'bin', bin));
    return path.join(prefix, 'bin');
  };
  const list = async (folders: readonly string[], more: Partial<CatalogOptions> = {}): Promise<Map<string, AgentInfo>> => {
    const env = { HOME: home, PATH: folders.join(path.delimiter) };
    const infos = await agentCatalog({ env, demoPath: import.meta.filename, folders: [workspace], ...more }).list();
    return new Map(infos.map((info) => [info.name, info]));
  };

  test('lists every agent it knows, the demo last and labelled', async () => {
    const agents = await list([]);
    assert.deepEqual([...agents.keys()], ['claude', 'codex', 'gemini', 'opencode', 'demo']);
    assert.deepEqual(
      [...agents.values()].map(({ demo }) => demo),
      [false, false, false, false, true],
    );
    assert.equal(agents.get('demo')?.problem, undefined);
  });

  test('says what is missing and what installs it', async () => {
    const claude = (await list([])).get('claude');
    assert.equal(claude?.problem, '“claude-agent-acp” was not found on the PATH, nor was “claude”');
    assert.equal(claude.install, 'npm install -g @agentclientprotocol/claude-agent-acp');
    assert.equal(claude.path, undefined);
  });

  test('finds an installed agent with its version, and starts nothing', async () => {
    const bin = packaged(path.join(root, 'npm'), '@agentclientprotocol/claude-agent-acp', 'claude-agent-acp', '0.100.0');
    const claude = (await list([path.join(root, 'nowhere'), bin])).get('claude');
    assert.deepEqual([claude?.problem, claude?.install, claude?.version], [undefined, undefined, '0.100.0']);
    assert.equal(claude?.path, path.join(bin, 'claude-agent-acp'));
    assert.equal(started(), false);
  });

  test('looks where package managers put programs, since an editor may have a short PATH', async () => {
    packaged(path.join(home, '.nvm/versions/node/v22.1.0'), '@agentclientprotocol/claude-agent-acp', 'claude-agent-acp', '0.9.0');
    packaged(path.join(home, '.nvm/versions/node/v24.1.0'), '@agentclientprotocol/claude-agent-acp', 'claude-agent-acp', '0.10.0');
    program(path.join(home, '.local/bin/opencode'));
    const agents = await list([]);
    assert.equal(agents.get('claude')?.version, '0.10.0');
    assert.deepEqual([agents.get('opencode')?.problem, agents.get('opencode')?.version], [undefined, undefined]);
  });

  test('takes no program from the workspace: not by PATH, not by a relative entry, not through a link', async () => {
    program(path.join(workspace, 'node_modules/.bin/opencode'));
    const links = path.join(root, 'links');
    mkdirSync(links);
    symlinkSync(path.join(workspace, 'node_modules/.bin/opencode'), path.join(links, 'opencode'));
    const folders = [
      path.join(workspace, 'node_modules/.bin'),
      path.relative(process.cwd(), path.join(workspace, 'node_modules/.bin')),
      '',
      links,
    ];
    assert.match((await list(folders)).get('opencode')?.problem ?? '', /was not found/);
    // The same program is taken when its folder is not the workspace.
    assert.equal((await list(folders, { folders: [] })).get('opencode')?.problem, undefined);
  });

  test('takes programs of the home folder when that is the workspace', async () => {
    program(path.join(home, '.local/bin/opencode'));
    assert.equal((await list([], { folders: [home] })).get('opencode')?.problem, undefined);
  });

  test('passes by another program of the same name, and files that cannot be run', async () => {
    const first = packaged(path.join(root, 'zed'), '@zed-industries/codex-acp', 'codex-acp', '0.16.0');
    const second = packaged(path.join(root, 'npm'), '@agentclientprotocol/codex-acp', 'codex-acp', '2.6.0');
    assert.equal((await list([first, second])).get('codex')?.version, '2.6.0');
    assert.match((await list([first])).get('codex')?.problem ?? '', /was not found/);
    chmodSync(path.join(program(path.join(root, 'plain/gemini')), 'gemini'), 0o644);
    assert.match((await list([path.join(root, 'plain')])).get('gemini')?.problem ?? '', /was not found/);
  });

  test('follows the config: another program, another agent, and its changes at once', async () => {
    const bin = program(path.join(root, 'own/my-agent'));
    let config = {};
    const env = { HOME: home, PATH: '' };
    const catalog = agentCatalog({ env, demoPath: '/no/demo.js', config: () => config });
    assert.equal(
      (await catalog.list()).find(({ name }) => name === 'mine'),
      undefined,
    );
    config = { mine: { command: path.join(bin, 'my-agent') }, claude: { command: path.join(bin, 'gone') } };
    const agents = new Map((await catalog.list()).map((info) => [info.name, info]));
    assert.deepEqual([agents.get('mine')?.path, agents.get('mine')?.problem], [path.join(bin, 'my-agent'), undefined]);
    assert.equal(agents.get('claude')?.problem, `“${path.join(bin, 'gone')}” was not found`);
    assert.equal([...agents.keys()].at(-1), 'demo');
    assert.match(agents.get('demo')?.problem ?? '', /“\/no\/demo\.js” was not found/);
  });

  test('does not connect to what is not there, nor take it from the folder to work in', async () => {
    const bin = program(path.join(workspace, 'bin/claude-agent-acp'));
    const catalog = agentCatalog({ env: { HOME: home, PATH: bin }, demoPath: 'x' });
    const options = { cwd: workspace, logger: silentLogger };
    await assert.rejects(catalog.connect('claude', options), {
      code: 'agent_missing',
      message: 'Claude Code was not found',
      hint: 'npm install -g @agentclientprotocol/claude-agent-acp',
    });
    await assert.rejects(catalog.connect('hal', options), {
      code: 'agent_missing',
      hint: 'known are claude, codex, gemini, opencode, demo',
    });
    assert.equal(started(), false);
  });

  test('does not start an agent in a folder that is gone', async () => {
    const catalog = agentCatalog({ env: { HOME: home, PATH: '' }, demoPath: import.meta.filename });
    await assert.rejects(catalog.connect('demo', { cwd: path.join(root, 'gone'), logger: silentLogger }), {
      code: 'failed',
      message: /is not there$/,
    });
  });
});
