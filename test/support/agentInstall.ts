import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { buildOnce, cacheFolder } from './cacheFolder.js';

const run = promisify(execFile);

/** The adapter that the tests drive. It brings its own Claude Code. */
export const claudeAdapterVersion = '0.100.0';

/**
 * Installs `@agentclientprotocol/claude-agent-acp` from npm into the cache, once for all runs: some 390 MB. Safe for two
 * processes at a time. Returns the folder whose `node_modules/.bin` holds `claude-agent-acp`.
 */
export async function installClaudeAdapter(log: (line: string) => void = () => undefined): Promise<string> {
  const folder = path.join(cacheFolder(), 'agents', `claude-agent-acp-${claudeAdapterVersion}-${process.platform}-${process.arch}`);
  await buildOnce(folder, async (building) => {
    log(`installing claude-agent-acp ${claudeAdapterVersion} into ${path.dirname(folder)} (once, about a minute)`);
    await fs.writeFile(path.join(building, 'package.json'), '{ "private": true }\n');
    await install(building, `@agentclientprotocol/claude-agent-acp@${claudeAdapterVersion}`);
  });
  return folder;
}

/**
 * Claude Code alone, in the cache, as its own package lays it down: the program is the one that the adapter brings, so that
 * nothing is fetched twice. Returns the folder that `claude` is in.
 */
export async function installClaude(): Promise<string> {
  const adapter = await installClaudeAdapter();
  const folder = path.join(cacheFolder(), 'agents', `claude-of-adapter-${claudeAdapterVersion}-${process.platform}-${process.arch}`);
  await buildOnce(folder, async (building) => {
    const program = await claudeOf(adapter);
    const [home, bin] = [path.join(building, 'node_modules/@anthropic-ai/claude-code'), path.join(building, 'node_modules/.bin')];
    for (const made of [home, bin]) await fs.mkdir(made, { recursive: true });
    await fs.link(program, path.join(home, 'claude'));
    const { stdout } = await run(program, ['--version'], { env: { HOME: building } });
    const about = { name: '@anthropic-ai/claude-code', version: stdout.split(' ')[0], bin: { claude: 'claude' } };
    await fs.writeFile(path.join(home, 'package.json'), JSON.stringify(about));
    await fs.symlink('../@anthropic-ai/claude-code/claude', path.join(bin, 'claude'));
  });
  return path.join(folder, 'node_modules/.bin');
}

async function claudeOf(adapter: string): Promise<string> {
  const packages = path.join(adapter, 'node_modules/@anthropic-ai');
  const files = (await fs.readdir(packages)).map((name) => path.join(packages, name, 'claude'));
  const programs = await Promise.all(files.map((file) => fs.realpath(file).catch(() => undefined)));
  const program = programs.find((file) => file !== undefined);
  if (program === undefined) throw new Error(`there is no claude in ${packages}`);
  return program;
}

/** The Gemini CLI whose sessions the tests read. */
export const geminiVersion = '0.61.0';

/** Installs `@google/gemini-cli` from npm into the cache, as above: some 100 MB. Returns the script that `node` runs. */
export async function installGemini(log: (line: string) => void = () => undefined): Promise<string> {
  const folder = path.join(cacheFolder(), 'agents', `gemini-cli-${geminiVersion}`);
  await buildOnce(folder, async (building) => {
    log(`installing gemini-cli ${geminiVersion} into ${path.dirname(folder)} (once, some seconds)`);
    await fs.writeFile(path.join(building, 'package.json'), '{ "private": true }\n');
    await install(building, `@google/gemini-cli@${geminiVersion}`);
  });
  return path.join(folder, 'node_modules/@google/gemini-cli/bundle/gemini.js');
}

/** The Codex that wrote the fixture, and that the tests run. */
export const codexVersion = '0.169.0';

/** Installs `@openai/codex` from npm into the cache, as above. Returns the path of its program. */
export async function installCodex(): Promise<string> {
  const folder = path.join(cacheFolder(), 'agents', `codex-${codexVersion}-${process.platform}-${process.arch}`);
  await buildOnce(folder, async (building) => {
    await fs.writeFile(path.join(building, 'package.json'), '{ "private": true }\n');
    await install(building, `@openai/codex@${codexVersion}`);
  });
  return path.join(folder, 'node_modules/.bin/codex');
}

/** The Codex adapter that the tests drive. It brings a Codex of its own, an older one. */
export const codexAdapterVersion = '2.6.0';

/**
 * Installs `@agentclientprotocol/codex-acp` from npm into the cache, as above: some 460 MB. Returns the folder whose
 * `node_modules/.bin` holds `codex-acp` and the `codex` that it starts.
 */
export async function installCodexAdapter(): Promise<string> {
  const folder = path.join(cacheFolder(), 'agents', `codex-acp-${codexAdapterVersion}-${process.platform}-${process.arch}`);
  await buildOnce(folder, async (building) => {
    await fs.writeFile(path.join(building, 'package.json'), '{ "private": true }\n');
    await install(building, `@agentclientprotocol/codex-acp@${codexAdapterVersion}`);
  });
  return folder;
}

/** The OpenCode that wrote the fixture, and that the tests run. */
export const opencodeVersion = '1.18.33';

/** Installs `opencode-ai` from npm into the cache, as above: some 350 MB. Returns the path of its program. */
export async function installOpencode(): Promise<string> {
  const folder = path.join(cacheFolder(), 'agents', `opencode-${opencodeVersion}-${process.platform}-${process.arch}`);
  await buildOnce(folder, async (building) => {
    await fs.writeFile(path.join(building, 'package.json'), '{ "private": true }\n');
    await install(building, `opencode-ai@${opencodeVersion}`);
  });
  return path.join(folder, 'node_modules/.bin/opencode');
}

/** The OpenClaw that wrote the later fixture, and that the tests run. It needs Node 24.16. */
export const openclawVersion = '2026.9.6';

/** Installs `openclaw` from npm into the cache, as above: some 650 MB. Returns the script that `node` runs. */
export async function installOpenclaw(): Promise<string> {
  const folder = path.join(cacheFolder(), 'agents', `openclaw-${openclawVersion}-${process.platform}-${process.arch}`);
  await buildOnce(folder, async (building) => {
    await fs.writeFile(path.join(building, 'package.json'), '{ "private": true }\n');
    // What its packages would build or fetch is for channels that no test uses.
    await install(building, `openclaw@${openclawVersion}`, '--ignore-scripts');
  });
  return path.join(folder, 'node_modules/openclaw/openclaw.mjs');
}

/** npm in `cwd`, quiet unless it fails. Run by an npm script, it would otherwise take that one's folder for its own. */
async function install(cwd: string, packageSpec: string, ...options: readonly string[]): Promise<void> {
  const inherited = /^(npm_(package|lifecycle)_|npm_config_(local_prefix|prefix|global_prefix)$|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
  const args = ['install', '--prefix', '.', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', ...options, packageSpec];
  try {
    await run('npm', args, { cwd, env, maxBuffer: 64 << 20, shell: process.platform === 'win32' });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-4000) : '';
    throw new Error(`npm could not install ${packageSpec}\n${said}`, { cause: error });
  }
}
