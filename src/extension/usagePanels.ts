import * as vscode from 'vscode';
import type { Folder } from './folder.js';
import { folderAt, windowFolders } from './folders.js';
import type { SessionClient } from './sessionClient.js';
import { UsagePanel } from './usagePanel.js';

const usageType = 'skein.usage';

interface Shared {
  readonly client: SessionClient;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
}

/** The usage views of the window: one per folder, restored after a reload. */
export class UsagePanels implements vscode.Disposable {
  readonly #shared: Shared;
  /** By the folder's path. */
  readonly #open = new Map<string, UsagePanel>();
  readonly #serializer: vscode.Disposable;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(usageType, {
      deserializeWebviewPanel: (panel, state) => {
        this.#restore(panel, state);
        return Promise.resolve();
      },
    });
  }

  open(folder: Folder): void {
    const open = this.#open.get(folder.path);
    if (open) open.bringUp();
    else this.#add(vscode.window.createWebviewPanel(usageType, '', vscode.ViewColumn.Active), folder);
  }

  dispose(): void {
    this.#serializer.dispose();
  }

  /** After a reload: VS Code gives the empty webview and what it kept with `setState`. The webview itself brings what was chosen. */
  #restore(panel: vscode.WebviewPanel, state: unknown): void {
    const saved: unknown = typeof state === 'object' && state !== null && 'folder' in state ? state.folder : undefined;
    const folder = (typeof saved === 'string' ? folderAt(saved) : undefined) ?? windowFolders()[0];
    if (!folder || this.#open.has(folder.path)) panel.dispose();
    else this.#add(panel, folder);
  }

  #add(panel: vscode.WebviewPanel, folder: Folder): void {
    this.#open.set(folder.path, new UsagePanel(panel, { ...this.#shared, folder }, () => this.#open.delete(folder.path)));
  }
}
