import type * as vscode from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, ResponseError, TransportKind } from 'vscode-languageclient/node';

export interface ServerOptions {
  /** The server's module, absolute. */
  readonly module: string;
  readonly log: vscode.LogOutputChannel;
  readonly env: Readonly<Record<string, string>>;
  /** The requests that the server may send, by name. */
  readonly answers: Readonly<Record<string, (params: never, token: vscode.CancellationToken, notify: Notify) => Promise<unknown>>>;
  /** Called once, when the connection is gone although nobody stopped it. */
  readonly ended: () => void;
}

export type Notify = (name: string, params: unknown) => Promise<void>;

/** A running session server, as the rest of the extension sees it. */
export interface ServerConnection {
  request(method: string, params: unknown, token?: vscode.CancellationToken): Promise<unknown>;
  on(name: string, listener: (params: unknown) => void): void;
  stop(): Promise<void>;
}

/** Shows nothing by itself: a start that fails is tried again, and it is the session client that tells tree and panels of it. */
class QuietClient extends LanguageClient {
  constructor(...options: ConstructorParameters<typeof LanguageClient>) {
    super(...options);
    // The same as `trace`, for those who read the log with a program.
    this['traceObject'] = () => undefined;
  }

  /** The names of messages, whatever `skein.trace.server` says: what is in them can be a key. */
  override trace(message: string): void {
    super.trace(message);
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Starts the server over IPC and waits until it answers. The only file that knows vscode-languageclient: a bundle of its own, loaded when first needed. */
export async function startLanguageClient({ module, log, env, answers, ended }: ServerOptions): Promise<ServerConnection> {
  const run = { module, transport: TransportKind.ipc, options: { env } };
  const client = new QuietClient(
    'skein',
    'Skein',
    { run, debug: { ...run, options: { ...run.options, execArgv: ['--nolazy', '--inspect=6010'] } } },
    {
      documentSelector: [{ scheme: 'skein-session' }],
      outputChannel: log,
      initializationOptions: { answers: Object.keys(answers) },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          ended();
          // The session client starts a new one: it counts, waits, and tells tree and panels.
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    },
  );
  const notify: Notify = (name, params) => client.sendNotification(name, params);
  for (const [name, answer] of Object.entries(answers)) {
    client.onRequest(name, async (params: never, token: vscode.CancellationToken) => {
      try {
        return await answer(params, token, notify);
      } catch (error) {
        throw responseError(error);
      }
    });
  }
  await client.start();
  return {
    // A token that is not there must not be sent: it would be a second parameter.
    request: (method, params, token) => (token ? client.sendRequest(method, params, token) : client.sendRequest(method, params)),
    on: (name, listener) => void client.onNotification(name, listener),
    stop: () => client.dispose(2000),
  };
}

/** An expected failure keeps its words on the way to the server. */
function responseError(error: unknown): unknown {
  if (!(error instanceof Error && error.name === 'SessionError' && 'code' in error && 'hint' in error)) return error;
  return new ResponseError(-32000, error.message, { code: error.code, ...(error.hint === undefined ? {} : { hint: error.hint }) });
}
