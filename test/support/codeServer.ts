import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installCodeServer } from './codeServerInstall.js';
import { calmSettings, writeMachineSettings, writeUserSettings, type EditorSettings } from './editorSettings.js';
import { freePort } from './freePort.js';
import { spawnGroup } from './processGroup.js';

const run = promisify(execFile);

export interface CodeServerOptions {
  /** A scratch folder, short of path: profile, extensions, logs and sockets go here, and the caller removes it. */
  readonly root: string;
  /** The folder that windows open by default. */
  readonly workspace: string;
  /** HOME of the server, its extensions and its terminals. */
  readonly home: string;
  /** Packages to install. */
  readonly vsix?: readonly string[];
  /** Folders of unpacked extensions, linked into the extensions folder. */
  readonly links?: readonly string[];
  /** User settings on top of `calmSettings`. */
  readonly settings?: EditorSettings;
  /** Settings of scope `machine`. */
  readonly machineSettings?: EditorSettings;
  /** Further environment variables; extensions see them. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a free one. */
  readonly port?: number;
  /** Lets VS Code ask whether folders are trusted; by default all are. */
  readonly workspaceTrust?: boolean;
  readonly log?: (line: string) => void;
}

/** A running server. Windows on it are opened with `openWorkbench`. */
export interface CodeServer {
  readonly url: string;
  readonly workspace: string;
  readonly home: string;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** What the server itself printed. */
  readonly logFile: string;
  /** The folder with `remoteagent.log` and `exthost*\/remoteexthost.log` of this run. */
  logsFolder(): Promise<string>;
  /** The tail of the server's and the extension host's logs, for a failure's message. */
  lastWords(): Promise<string>;
  /** Stops the server, the extension hosts and all that they started. */
  stop(): Promise<void>;
}

/** Installs code-server when needed and starts it on 127.0.0.1 with a throwaway profile. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { root, workspace, home } = options;
  const { node, entry } = await installCodeServer(options.log);
  const [userDataDir, extensionsDir, temporary] = ['user-data', 'extensions', 'tmp'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [userDataDir, extensionsDir, temporary, home]) await fs.mkdir(folder, { recursive: true });
  const config = path.join(root, 'code-server.yaml');
  await fs.writeFile(config, 'auth: none\ncert: false\n');
  const trust = options.workspaceTrust ? { 'security.workspace.trust.enabled': true } : {};
  await writeUserSettings(userDataDir, { ...calmSettings, ...trust, ...options.settings });
  if (options.machineSettings) await writeMachineSettings(userDataDir, options.machineSettings);

  const env = serverEnvironment(home, temporary, options.env);
  const common = ['--config', config, '--user-data-dir', userDataDir, '--extensions-dir', extensionsDir];
  for (const file of options.vsix ?? []) {
    await run(node, [entry, ...common, '--install-extension', path.resolve(file), '--force'], { env });
  }
  for (const folder of options.links ?? []) await linkExtension(extensionsDir, folder);

  const port = options.port ?? (await freePort());
  const logFile = path.join(root, 'server.log');
  const log = await fs.open(logFile, 'w');
  const group = spawnGroup(
    node,
    [
      ...[entry, ...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${String(port)}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      workspace,
    ],
    { env, stdio: ['ignore', log.fd, log.fd], cwd: root },
  );
  await log.close();

  const logsFolder = async (): Promise<string> => {
    const logs = path.join(userDataDir, 'logs');
    return path.join(logs, (await fs.readdir(logs)).sort().at(-1) ?? '');
  };
  const server: CodeServer = {
    url: `http://127.0.0.1:${String(port)}`,
    ...{ workspace, home, userDataDir, extensionsDir, logFile, logsFolder },
    lastWords: async () => {
      const host = path.join(await logsFolder().catch(() => userDataDir), 'exthost1/remoteexthost.log');
      return [await tail(logFile), await tail(host)].join('\n');
    },
    stop: () => group.stop(),
  };
  try {
    await untilListening(server, () => group.child.exitCode ?? group.child.signalCode);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/**
 * Nothing of a surrounding VS Code or npm script leaks in, and nothing leaks out: HOME, XDG and TMPDIR are the run's own,
 * the last because killed servers leave sockets there. The gallery is empty, so the marketplace is never asked.
 */
function serverEnvironment(home: string, temporary: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = /^(VSCODE_|ELECTRON_|SKEIN_|XDG_|npm_|NODE_OPTIONS$|NODE_TEST_|PORT$|PASSWORD$|HASHED_PASSWORD$)/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name))),
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
    TMPDIR: temporary,
    EXTENSIONS_GALLERY: '{}',
    ...extra,
  };
}

interface ExtensionEntry {
  readonly identifier: { readonly id: string };
}

/** Makes an unpacked extension an installed one: a link, and its entry in extensions.json. */
async function linkExtension(extensionsDir: string, folder: string): Promise<void> {
  const manifest = JSON.parse(await fs.readFile(path.join(folder, 'package.json'), 'utf8')) as Record<
    'publisher' | 'name' | 'version',
    string
  >;
  const id = `${manifest.publisher}.${manifest.name}`;
  const relativeLocation = `${id}-${manifest.version}`;
  const target = path.join(extensionsDir, relativeLocation);
  await fs.symlink(path.resolve(folder), target);
  const file = path.join(extensionsDir, 'extensions.json');
  const known = JSON.parse(await fs.readFile(file, 'utf8').catch(() => '[]')) as ExtensionEntry[];
  const location = { $mid: 1, path: target, scheme: 'file' };
  await fs.writeFile(file, JSON.stringify([...known, { identifier: { id }, version: manifest.version, location, relativeLocation }]));
}

async function untilListening(server: CodeServer, ended: () => number | NodeJS.Signals | null): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const response = await fetch(`${server.url}/healthz`).catch(() => undefined);
    if (response?.ok) return;
    const end = ended();
    if (end !== null) throw new Error(`code-server ended (${String(end)}):\n${await tail(server.logFile)}`);
    if (performance.now() > deadline) throw new Error(`code-server does not answer:\n${await tail(server.logFile)}`);
    await delay(100);
  }
}

async function tail(file: string): Promise<string> {
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
