import * as vscode from 'vscode';
import { onFoldersChanged, windowFolders } from './folders.js';
import { l10n } from './l10n.js';
import { mcpServers } from './mcpServer.js';

/** Offers the sessions of the window's folders to the editor's own chat, where the editor takes such offers. */
export function registerMcpProvider({ extensionUri, extension }: vscode.ExtensionContext): vscode.Disposable {
  const api: Partial<typeof vscode.lm> = vscode.lm;
  if (!api.registerMcpServerDefinitionProvider) return new vscode.Disposable(() => undefined);
  const changed = new vscode.EventEmitter<void>();
  const script = vscode.Uri.joinPath(extensionUri, 'dist', 'cli', 'skein.js').fsPath;
  const { version } = extension.packageJSON as { readonly version: string };
  const provider = api.registerMcpServerDefinitionProvider('skein.sessions', {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: () =>
      mcpServers(windowFolders(), process.execPath, script, l10n.t('Skein sessions')).map(
        ({ label, command, args, env }) => new vscode.McpStdioServerDefinition(label, command, [...args], { ...env }, version),
      ),
  });
  return vscode.Disposable.from(
    provider,
    changed,
    onFoldersChanged(() => changed.fire()),
  );
}
