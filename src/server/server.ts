import { createConnection, ErrorCodes, ProposedFeatures, ResponseError, type CancellationToken } from 'vscode-languageserver/node';
import { randomUUID } from 'node:crypto';
import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { requests, type Notification, type NotificationName } from '../protocol/requests.js';
import { call, isMethod } from './call.js';
import { createHandlers } from './handlers.js';
import { editorModels } from './editorModels.js';
import { EditorRequests, editorSecret } from './editorRequests.js';
import { Workspaces } from './workspaces.js';

/** The range JSON-RPC leaves to applications; the code that says what failed is in `data`. */
const sessionErrorCode = -32000;

/**
 * Speaks the protocol over the transport that the command line names (`--node-ipc` from the extension, `--stdio` from any
 * other client) until the client says exit or is gone: vscode-languageserver ends this process with its parent.
 */
export function startServer(options: { readonly env: Readonly<Record<string, string | undefined>> }): void {
  const connection = createConnection(ProposedFeatures.all);
  const console = connection.console;
  const logger: Logger = {
    trace: (message) => console.debug(message),
    debug: (message) => console.debug(message),
    info: (message) => console.info(message),
    warn: (message) => console.warn(message),
    error: (message) => console.error(message),
  };
  const notify = <N extends NotificationName>(name: N, params: Notification<N>): void => {
    // A client that just left takes no more notifications; the connection's close ends this process.
    connection.sendNotification(name, params).catch((error: unknown) => logger.debug(`${name} was not sent: ${messageOf(error)}`));
  };
  const editor = new EditorRequests(connection);
  const workspaces = new Workspaces({
    program: 'vscode',
    surface: `window:${randomUUID()}`,
    env: options.env,
    logger,
    trustByDefault: false,
    editor: { secret: (agent) => editorSecret(editor, agent, logger), models: editorModels(editor, connection) },
    changed: (folder, ids) => notify('sessions/changed', { folder, ids: [...ids] }),
    leased: (folder, id, holder) => notify('lease/changed', { folder, id, ...(holder === undefined ? {} : { holder }) }),
    turn: (folder, id, seq, update) => notify('turn/update', { folder, id, seq, update }),
  });
  const handlers = createHandlers(workspaces);

  connection.onInitialize(({ initializationOptions }) => {
    editor.introduce(initializationOptions);
    return { capabilities: {}, serverInfo: { name: 'skein' } };
  });
  connection.onShutdown(() => workspaces.dispose());
  for (const method of Object.keys(requests)) {
    if (!isMethod(method)) continue;
    connection.onRequest(method, async (params: unknown, token: CancellationToken) => {
      try {
        return await call(handlers, method, params, signalOf(token));
      } catch (error) {
        throw responseError(error, logger);
      }
    });
  }
  connection.listen();
}

function responseError(error: unknown, logger: Logger): ResponseError<{ code: string; hint?: string }> {
  if (error instanceof SessionError) {
    const code = error.code === 'usage' ? ErrorCodes.InvalidParams : sessionErrorCode;
    return new ResponseError(code, error.message, { code: error.code, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
  logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ResponseError(ErrorCodes.InternalError, messageOf(error), { code: 'failed' });
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
