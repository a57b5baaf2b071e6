import * as vscode from 'vscode';
import type { Method, Params, Result } from '../protocol/requests.js';
import { AgentKeys, secretAnswers } from './agentKeys.js';
import { ChatPanels } from './chatPanels.js';
import { registerCommands } from './commands.js';
import { registerContextKeys } from './contextKeys.js';
import { registerDecorations } from './decorations.js';
import { DiffDocuments } from './diffDocument.js';
import { onFoldersChanged, windowFolders } from './folders.js';
import { useTranslator } from './l10n.js';
import { modelAnswers } from './languageModels.js';
import { registerMcpProvider } from './mcpProvider.js';
import { registerNotifications } from './notifications.js';
import { actOnPanels } from './panelActions.js';
import { SessionClient } from './sessionClient.js';
import { registerSessionDocuments } from './sessionDocument.js';
import { SessionList } from './sessionList.js';
import { SessionsTree } from './sessionsTree.js';
import { registerSettings } from './settings.js';
import { registerStatusBar } from './statusBar.js';
import { Targets } from './targets.js';
import { registerTerminalPath } from './terminalPath.js';
import { Turns } from './turns.js';
import { Unread } from './unread.js';
import { registerUriHandler } from './uriHandler.js';
import { UsagePanels } from './usagePanels.js';

/** What other extensions and tests get: the protocol's requests. */
export interface SkeinApi {
  readonly version: 1;
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
}

let running: SessionClient | undefined;

export function activate(context: vscode.ExtensionContext): SkeinApi {
  const add = <T extends vscode.Disposable>(feature: T): T => {
    context.subscriptions.push(feature);
    return feature;
  };
  useTranslator((message, ...values) => vscode.l10n.t(message, ...values));
  const log = add(vscode.window.createOutputChannel('Skein', { log: true }));
  const keys = new AgentKeys(context.secrets);
  const client = add(
    new SessionClient({
      extensionUri: context.extensionUri,
      log,
      prepare: () => ({ folders: windowFolders().map(({ path, trusted }) => ({ path, trusted })) }),
      answers: { ...secretAnswers(keys), ...modelAnswers() },
    }),
  );
  running = client;
  const list = add(new SessionList(client, context.workspaceState, log));
  const unread = add(new Unread(context.workspaceState));
  const turns = add(new Turns(client));
  const tree = add(new SessionsTree(list, client));
  const panels = add(new ChatPanels({ client, log, unread, extensionUri: context.extensionUri }));
  const diffs = add(new DiffDocuments());
  add(onFoldersChanged(() => void client.sendFolders().catch((error: unknown) => log.warn(String(error)))));
  actOnPanels({ client, panels, list, diffs });
  const usage = add(new UsagePanels({ client, log, extensionUri: context.extensionUri }));
  add(registerCommands({ client, keys, list, tree, panels, log, usage, targets: new Targets(list, tree, panels) }));
  add(registerContextKeys(client, list, log));
  add(registerDecorations(list, unread));
  add(registerSessionDocuments(client));
  add(registerStatusBar(turns, list));
  add(registerNotifications({ turns, panels, list, client, unread }));
  add(registerSettings(client, log));
  add(registerUriHandler(panels, list, log));
  add(registerMcpProvider(context));
  registerTerminalPath(context, log);
  return { version: 1, request: (method, params) => client.request(method, params) };
}

/** VS Code waits for this: the server ends its turns and keeps what streamed. */
export async function deactivate(): Promise<void> {
  await running?.stop();
}
