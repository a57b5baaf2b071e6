import { createRequire, Module } from 'node:module';
import { fileURLToPath } from 'node:url';
import { CancellationTokenSource, Emitter } from 'vscode-languageserver/node';
import type { ServerConnection, startLanguageClient } from '../../src/extension/languageClient.js';
import type { Method, Notification, NotificationName, Params, Result } from '../../src/protocol/requests.js';

const dist = (file: string): string => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

/** The session server over IPC, through the very client of the extension, outside VS Code. */
export interface ExtensionClient {
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  on<N extends NotificationName>(name: N, listener: (params: Notification<N>) => void): void;
  stop(): Promise<void>;
}

/** Starts the built server with the built client for a person's HOME, with trusted folders. */
export async function startExtensionClient(home: string, folders: readonly string[]): Promise<ExtensionClient> {
  const connection = await loadClient()({
    module: dist('server.js'),
    log: silentLog as never,
    env: { HOME: home, SKEIN_HOME: `${home}/.skein` },
    answers: {},
    ended: () => {
      throw new Error('the session server ended by itself');
    },
  });
  const client = clientOf(connection);
  await client.request('folders/set', { folders: folders.map((path) => ({ path, trusted: true })) });
  return client;
}

const clientOf = (connection: ServerConnection): ExtensionClient => ({
  request: <M extends Method>(method: M, params: Params<M>) => connection.request(method, params) as Promise<Result<M>>,
  on: <N extends NotificationName>(name: N, listener: (params: Notification<N>) => void) =>
    connection.on(name, (params) => listener(params as Notification<N>)),
  stop: () => connection.stop(),
});

interface Loader {
  _load: (request: string, ...rest: readonly unknown[]) => unknown;
}

/** The bundle asks for `vscode`, which only VS Code has. */
function loadClient(): typeof startLanguageClient {
  const loader = Module as unknown as Loader;
  const load = loader._load;
  loader._load = (request, ...rest) => (request === 'vscode' ? vscode : load.call(loader, request, ...rest));
  try {
    const bundle = createRequire(import.meta.url)(dist('languageClient.cjs')) as {
      readonly startLanguageClient: typeof startLanguageClient;
    };
    return bundle.startLanguageClient;
  } finally {
    loader._load = load;
  }
}

class Disposable {
  readonly #stop: () => void;
  constructor(stop: () => void = () => undefined) {
    this.#stop = stop;
  }
  dispose(): void {
    this.#stop();
  }
}

/** What the client of a server that offers no language features touches: some of it works, the rest is there by name alone. */
const vscode: unknown = withAnyOther({
  ...{ version: '1.105.0', EventEmitter: Emitter, CancellationTokenSource, Disposable },
  LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
  env: { appName: 'test', language: 'en' },
  workspace: withAnyOther({
    workspaceFolders: undefined,
    getConfiguration: () => ({ get: (_key: string, byDefault: unknown) => byDefault }),
  }),
});

/** At the level that a log of VS Code has by default. */
const silentLog = new Proxy({}, { get: (_log, name) => (name === 'logLevel' ? 3 : () => new Disposable()) });

/** An object whose other keys are events that never come, functions that register nothing, and classes to derive from. */
function withAnyOther(known: object): unknown {
  return new Proxy(known, {
    get: (target, key): unknown => {
      if (Reflect.has(target, key) || typeof key === 'symbol') return Reflect.get(target, key);
      if (/^(on(Did|Will)|register|create)/.test(key)) return () => new Disposable();
      return withAnyOther(class extends Disposable {});
    },
  });
}
