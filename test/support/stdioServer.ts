import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { Method, Params, Result } from '../../src/protocol/requests.js';

const program = fileURLToPath(new URL('../../dist/server.js', import.meta.url));

/** The session server as VS Code runs it, over stdio. */
export interface StdioServer {
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Says goodbye and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts the built server for a person's HOME, with trusted folders. */
export async function startStdioServer(home: string, folders: readonly string[]): Promise<StdioServer> {
  const child = spawn(process.execPath, [program, '--stdio', `--clientProcessId=${String(process.pid)}`], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.listen();
  const server: StdioServer = {
    request: (method, params) => connection.sendRequest(method, params),
    stop: async () => {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await gone;
      connection.dispose();
    },
  };
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  await server.request('folders/set', { folders: folders.map((path) => ({ path, trusted: true })) });
  return server;
}
