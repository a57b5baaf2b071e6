import * as vscode from 'vscode';
import { ChatPanel, panelType, type PanelDeps, type PanelSubject } from './chatPanel.js';
import type { Folder } from './folder.js';
import { folderAt, windowFolders } from './folders.js';
import type { SessionClient } from './sessionClient.js';
import { isSessionId, type SessionRef } from './sessionUri.js';
import type { Unread } from './unread.js';

export interface OpenOptions {
  /** Scrolls to this entry. */
  readonly reveal?: string | undefined;
  /** A further panel, beside the editor. */
  readonly beside?: boolean;
  /** Leaves the focus where it is, so that keys still work in the tree. */
  readonly preserveFocus?: boolean;
}

interface Shared {
  readonly client: SessionClient;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
  readonly unread: Unread;
}

/** The chat panels of the window: one per folder, more on request, restored after a reload. */
export class ChatPanels implements vscode.Disposable {
  readonly #shared: Shared;
  readonly #panels = new Set<ChatPanel>();
  readonly #subscriptions: vscode.Disposable;
  /** Set by the feature that acts on what panels send. */
  act: PanelDeps['act'] = () => Promise.resolve();

  constructor(shared: Shared) {
    this.#shared = shared;
    const { client } = shared;
    this.#subscriptions = vscode.Disposable.from(
      client.on('turn/update', (params) => this.#each((panel) => panel.turnUpdated(params))),
      client.on('lease/changed', (params) => this.#each((panel) => panel.leaseChanged(params))),
      client.on('sessions/changed', (params) => this.#each((panel) => panel.sessionsChanged(params))),
      client.onState((state) => this.#each((panel) => panel.serverChanged(state))),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#each((panel) => void panel.refresh())),
      vscode.window.registerWebviewPanelSerializer(panelType, { deserializeWebviewPanel: (panel, state) => this.#restore(panel, state) }),
    );
  }

  /** The panel that the person works in, else the one last opened in the folder. */
  current(folder?: Folder): ChatPanel | undefined {
    const panels = [...this.#panels].filter((panel) => !folder || panel.subject.folder.path === folder.path);
    return panels.find((panel) => panel.active) ?? panels.find((panel) => panel.visible) ?? panels.at(-1);
  }

  /** Whether a session is in front of the person. */
  isSeen(folder: string, id: string): boolean {
    return [...this.#panels].some(({ visible, subject }) => visible && subject.id === id && subject.folder.path === folder);
  }

  /** Shows a session, or an empty page, in the folder's panel; makes the panel where there is none. */
  async open(subject: PanelSubject, { reveal, beside = false, preserveFocus = false }: OpenOptions = {}): Promise<ChatPanel> {
    const known = beside ? undefined : this.current(subject.folder);
    const panel =
      known ?? this.#create(subject, { viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active, preserveFocus });
    const same = subject.id !== undefined && panel.subject.id === subject.id;
    if (!known || !same || reveal !== undefined) await panel.show(subject, reveal);
    panel.bringUp(preserveFocus);
    return panel;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #create(subject: PanelSubject, show: { readonly viewColumn: vscode.ViewColumn; readonly preserveFocus: boolean }): ChatPanel {
    return this.#add(vscode.window.createWebviewPanel(panelType, 'Skein', show, { enableScripts: true }), subject);
  }

  #add(webviewPanel: vscode.WebviewPanel, subject: PanelSubject): ChatPanel {
    const { client, log, extensionUri, unread } = this.#shared;
    const deps: PanelDeps = {
      ...{ client, log, extensionUri },
      act: (panel, message, session) => this.act(panel, message, session),
      seen: (panel) => {
        if (panel.visible && panel.subject.id !== undefined) unread.set(panel.subject.id, false);
      },
    };
    const panel = new ChatPanel(webviewPanel, subject, deps);
    this.#panels.add(panel);
    panel.onDisposed(() => this.#panels.delete(panel));
    return panel;
  }

  /** After a reload: VS Code gives the empty webview and what it kept with `setState`. */
  async #restore(webviewPanel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const saved = savedSession(state);
    const folder = folderAt(saved.folder) ?? windowFolders()[0];
    if (!folder) webviewPanel.dispose();
    else this.#add(webviewPanel, saved.id === '' ? { folder } : { folder, id: saved.id });
    await Promise.resolve();
  }

  #each(action: (panel: ChatPanel) => void): void {
    for (const panel of this.#panels) action(panel);
  }
}

/** What the webview kept, as far as it can be believed: it is read back from VS Code's own storage. */
function savedSession(state: unknown): SessionRef {
  const field = (name: string): string => {
    const value: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  const id = field('id');
  return { folder: field('folder'), id: isSessionId(id) ? id : '' };
}
