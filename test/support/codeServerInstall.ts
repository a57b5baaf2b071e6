import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildOnce, cacheFolder } from './cacheFolder.js';
import { MissingTool } from './missingTool.js';

const run = promisify(execFile);

/** code-server 4.139.1 is VS Code 1.139.1; it runs on Node 24 alone. */
const codeServerVersion = '4.139.1';
const nodeMajor = '24';
const nodeVersion = '24.21.0';

/**
 * The native modules the server loads. Install scripts do not run wholesale, because another of its dependencies,
 * kerberos, is not used here and builds only with the headers of libkrb5.
 */
const nativeModules = [
  'node-pty',
  '@vscode/spdlog',
  '@vscode/native-watchdog',
  '@vscode/sqlite3',
  '@vscode/deviceid',
  '@vscode/fs-copyfile',
  '@parcel/watcher',
];

/** An installed code-server: run as `node entry …`. */
export interface CodeServerInstall {
  readonly node: string;
  readonly entry: string;
}

/**
 * Installs code-server from the npm registry into the cache folder (about 640 MB, one to two minutes), once.
 * `log` gets a line for each step that takes time. Throws MissingTool where its native modules cannot be built.
 */
export async function installCodeServer(log: (line: string) => void = () => undefined): Promise<CodeServerInstall> {
  const node = await findNode(log);
  const target = path.join(cacheFolder(), 'code-server', `${codeServerVersion}-node${nodeMajor}-${process.platform}-${process.arch}`);
  await buildOnce(target, (folder) => build(folder, node, log));
  return { node: node.program, entry: entryIn(target) };
}

const entryIn = (folder: string): string => path.join(folder, 'node_modules/code-server/out/node/entry.js');

interface Node {
  readonly program: string;
  /** A folder with `include/node`, which node-gyp is told to use in place of a download. */
  readonly headers: string;
}

/** The repository's own Node 24 (devDependency `node`), which brings its headers along; else the same package in the cache. */
async function findNode(log: (line: string) => void): Promise<Node> {
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  for (const base of [path.join(modules, 'node/node_modules'), modules]) {
    const folder = path.join(base, nodePackage());
    if (await isWanted(folder)) return { program: path.join(folder, 'bin/node'), headers: folder };
  }
  const target = path.join(cacheFolder(), `node-${nodeVersion}-${process.platform}-${process.arch}`);
  await buildOnce(target, async (folder) => {
    log(`installing ${nodePackage()} ${nodeVersion} into ${target}`);
    await npm(folder, process.env, ['install', '--prefix', '.', '--no-save', `${nodePackage()}@${nodeVersion}`]);
  });
  const folder = path.join(target, 'node_modules', nodePackage());
  return { program: path.join(folder, 'bin/node'), headers: folder };
}

const nodePackage = (): string =>
  `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`;

async function isWanted(folder: string): Promise<boolean> {
  const header = await fs.readFile(path.join(folder, 'include/node/node_version.h'), 'utf8').catch(() => '');
  return header.includes(`#define NODE_MAJOR_VERSION ${nodeMajor}\n`) && existsSync(path.join(folder, 'bin/node'));
}

async function build(folder: string, node: Node, log: (line: string) => void): Promise<void> {
  await checkCompiler();
  const env = {
    ...process.env,
    PATH: [path.dirname(node.program), process.env.PATH ?? ''].join(path.delimiter),
    npm_config_nodedir: node.headers,
  };
  log(`installing code-server ${codeServerVersion} into ${path.dirname(folder)} (once, one to two minutes)`);
  await npm(folder, env, ['install', '--prefix', '.', '--ignore-scripts', `code-server@${codeServerVersion}`]);

  // What code-server's own install script does, without running every dependency's.
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
  await npm(vscode, env, ['install', '--omit=dev', '--ignore-scripts']);
  await npm(path.join(vscode, 'extensions'), env, ['install', '--omit=dev', '--ignore-scripts']);
  const system = process.platform === 'darwin' ? 'darwin' : 'linux';
  await link(path.join(vscode, 'bin/remote-cli'), `code-${system}.sh`, 'code-server');
  await link(path.join(vscode, 'bin/helpers'), `browser-${system}.sh`, 'browser.sh');
  for (const name of nativeModules) {
    if (!existsSync(path.join(vscode, 'node_modules', name))) continue;
    log(`building ${name}`);
    await npm(vscode, env, ['rebuild', '--ignore-scripts=false', name]);
  }
  await checkAnswers(folder, node);
}

async function checkCompiler(): Promise<void> {
  const missing: string[] = [];
  for (const program of ['python3', 'make', 'g++']) {
    await run(program, ['--version']).catch(() => missing.push(program));
  }
  if (missing.length === 0) return;
  const names = missing.join(', ');
  throw new MissingTool(`code-server compiles native modules and ${names} is missing (apt-get install python3 make g++)`);
}

async function link(folder: string, to: string, name: string): Promise<void> {
  await fs.rm(path.join(folder, name), { force: true });
  await fs.symlink(to, path.join(folder, name));
}

/** The program must answer before the folder counts as installed. It writes a config file to HOME: not to the person's. */
async function checkAnswers(folder: string, node: Node): Promise<void> {
  const home = path.join(folder, 'home');
  const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
  await fs.mkdir(home);
  await run(node.program, [entryIn(folder), '--version'], { env });
  await fs.rm(home, { recursive: true, force: true });
}

/** npm in `cwd`, quiet unless it fails. Run by an npm script, it would otherwise take that one's folder for its own. */
async function npm(cwd: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  const inherited = /^(npm_(package|lifecycle)_|npm_config_(local_prefix|prefix|global_prefix)$|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/i;
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !inherited.test(name)));
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  try {
    await run('npm', [...quiet, ...args], { cwd, env: clean, maxBuffer: 64 << 20 });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-4000) : '';
    throw new Error(`npm ${args.join(' ')} failed in ${cwd}\n${said}`, { cause: error });
  }
}
