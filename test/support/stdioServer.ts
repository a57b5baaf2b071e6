import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-languageserver/node';
import type { ClientMethod, ClientParams, ClientResult } from '../../src/protocol/clientRequests.js';
import type { Method, Notification, Params, Result } from '../../src/protocol/requests.js';

const program = fileURLToPath(new URL('../../dist/server.js', import.meta.url));

/** The session server as VS Code runs it, over stdio. */
export interface StdioServer {
  readonly pid: number;
  /** What it told of turns so far, in order: those it runs and those it follows. */
  readonly updates: readonly Notification<'turn/update'>[];
  readonly leases: readonly Notification<'lease/changed'>[];
  readonly connection: MessageConnection;
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Says goodbye and waits until it is gone. */
  stop(): Promise<void>;
}

/** What the editor that starts it answers, by method; none of it, as most editors do, where it is left out. */
export type EditorAnswers = {
  readonly [M in ClientMethod]?: (params: ClientParams<M>, token: CancellationToken) => Promise<ClientResult<M>>;
};

/** Starts the built server for a person's HOME, with trusted folders. */
export async function startStdioServer(home: string, folders: readonly string[], answers: EditorAnswers = {}): Promise<StdioServer> {
  const child = spawn(process.execPath, [program, '--stdio', `--clientProcessId=${String(process.pid)}`], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.listen();
  for (const [method, answer] of Object.entries(answers)) {
    connection.onRequest(method, (params: unknown, token: CancellationToken): Promise<unknown> => answer(params as never, token));
  }
  const updates: Notification<'turn/update'>[] = [];
  const leases: Notification<'lease/changed'>[] = [];
  connection.onNotification('turn/update', (update: Notification<'turn/update'>) => void updates.push(update));
  connection.onNotification('lease/changed', (lease: Notification<'lease/changed'>) => void leases.push(lease));
  const server: StdioServer = {
    ...{ pid: child.pid ?? 0, updates, leases },
    connection,
    request: (method, params) => connection.sendRequest(method, params),
    stop: async () => {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await gone;
      connection.dispose();
    },
  };
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: { answers: Object.keys(answers) },
  });
  await connection.sendNotification('initialized', {});
  await server.request('folders/set', { folders: folders.map((path) => ({ path, trusted: true })) });
  return server;
}
