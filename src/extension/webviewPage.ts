import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panelHtml, type PanelHtml } from './panelHtml.js';

/** Gives a panel our icon and one of our pages, `dist/webview/<name>.js` with its style. It loads nothing from anywhere else. */
export function showPage(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, name: string, state: PanelHtml['state']): void {
  const { webview } = panel;
  const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const address = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  const icon = (file: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', file);
  panel.iconPath = { light: icon('panel-light.svg'), dark: icon('panel-dark.svg') };
  webview.options = { enableScripts: true, localResourceRoots: [root] };
  webview.html = panelHtml({
    nonce: randomBytes(16).toString('base64url'),
    cspSource: webview.cspSource,
    script: address(`${name}.js`),
    style: address(`${name}.css`),
    language: vscode.env.language,
    state,
  });
}
