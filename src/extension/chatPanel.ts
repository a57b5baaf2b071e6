import type * as vscode from 'vscode';
import { messageOf } from '../model/errors.js';
import type { Snapshot } from '../model/snapshot.js';
import type { Attachment, Posted, ToHost, ToWebview } from '../protocol/messages.js';
import type { Notification } from '../protocol/requests.js';
import { defaultBackend } from './defaultBackend.js';
import { failureText } from './failureText.js';
import type { Folder } from './folder.js';
import { folderAt } from './folders.js';
import { l10n } from './l10n.js';
import { rowLabel } from './rowText.js';
import type { ServerState, SessionClient } from './sessionClient.js';
import { UpdateGate } from './updateGate.js';
import { showPage } from './webviewPage.js';
import { webviewParsers } from './webviewParsers.js';

export const panelType = 'skein.chat';

/** What is not part of a snapshot: it waits for a webview that is not ready. */
const held: ReadonlySet<ToWebview['kind']> = new Set(['attach', 'focus', 'error', 'settings']);

/** What a panel shows: a session, or the empty page of a folder with what was chosen for the next one. */
export interface PanelSubject {
  readonly folder: Folder;
  readonly id?: string | undefined;
  readonly backend?: string | undefined;
  readonly model?: string | undefined;
}

export interface PanelDeps {
  readonly client: SessionClient;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
  /** Acts on a message about a session; what it throws is shown in the panel. */
  readonly act: (panel: ChatPanel, message: ToHost, session: string | undefined) => Promise<void>;
  readonly seen: (panel: ChatPanel) => void;
}

/** One chat panel: owns the webview and tells it everything about its session, in order. */
export class ChatPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #deps: PanelDeps;
  readonly #gate = new UpdateGate(({ id, seq, update }) => this.post({ kind: 'update', id, seq, update }));
  #subject: PanelSubject;
  #reveal: string | undefined;
  /** The session as last read. */
  #shown: Snapshot | undefined;
  #ready = false;
  /** A panel may be closed while something is awaited: VS Code's then throws at whatever is asked of it. */
  #isOpen = true;
  /** A turn of this window's server runs: its updates tell more than the files. */
  #streaming = false;
  #waiting: ToWebview[] = [];

  constructor(panel: vscode.WebviewPanel, subject: PanelSubject, deps: PanelDeps) {
    this.#panel = panel;
    this.#subject = subject;
    this.#deps = deps;
    panel.webview.onDidReceiveMessage((message: unknown) => void this.#receive(message));
    panel.onDidChangeViewState(() => deps.seen(this));
    panel.onDidDispose(() => (this.#isOpen = false));
    // A restored panel has its session's title, also when it is not looked at until later.
    if (subject.id === undefined) panel.title = l10n.t('New session');
    showPage(panel, deps.extensionUri, 'panel', { folder: subject.folder.path, id: subject.id });
  }

  get subject(): PanelSubject {
    return this.#subject;
  }
  get visible(): boolean {
    return this.#isOpen && this.#panel.visible;
  }
  get active(): boolean {
    return this.#isOpen && this.#panel.active;
  }
  /** Whether a turn of this window runs in the session. */
  get streaming(): boolean {
    return this.#streaming;
  }

  onDisposed(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  /** Shows the panel; unless the focus stays where it is, the composer gets it. */
  bringUp(preserveFocus = false): void {
    if (!this.#isOpen) return;
    this.#panel.reveal(undefined, preserveFocus);
    if (!preserveFocus) this.post({ kind: 'focus' });
  }

  /** Shows another session, or another empty page; `reveal` scrolls to an entry. */
  async show(subject: PanelSubject, reveal?: string): Promise<void> {
    this.#subject = subject;
    this.#reveal = reveal;
    this.#streaming = false;
    await this.refresh();
    if (this.#isOpen) this.#deps.seen(this);
  }

  attach(attachment: Attachment): void {
    this.post({ kind: 'attach', attachment });
  }

  /** Sends in order; what comes before the webview is ready waits until its first snapshot is sent. */
  post(message: ToWebview): void {
    if (!this.#isOpen) return;
    if (this.#ready) void this.#panel.webview.postMessage(message);
    else if (held.has(message.kind)) this.#waiting.push(message);
  }

  showError(error: unknown): void {
    this.#deps.log.warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const { message, hint } = failureText(error);
    this.post({ kind: 'error', message, hint });
  }

  turnUpdated({ folder, id, seq, update }: Notification<'turn/update'>): void {
    if (folder !== this.#subject.folder.path || id !== this.#subject.id) return;
    if (update.kind !== 'queue') this.#streaming = update.kind !== 'ended';
    this.#gate.push({ id, seq, update });
    if (update.kind === 'title' && this.#isOpen) this.#panel.title = update.title;
    if (update.kind === 'ended') void this.refresh({ keep: true });
  }

  /** Another window or terminal runs the session, or took it: it is followed from now on. */
  leaseChanged({ folder, id, holder }: Notification<'lease/changed'>): void {
    if (folder === this.#subject.folder.path && id === this.#subject.id && holder) void this.refresh({ keep: true });
  }

  /** Follows what others changed: the command line, another window, a rename in the tree. */
  sessionsChanged({ folder, ids }: Notification<'sessions/changed'>): void {
    const { id } = this.#subject;
    if (folder !== this.#subject.folder.path || this.#streaming) return;
    if (id === undefined || ids.length === 0 || ids.includes(id)) void this.refresh({ keep: true });
  }

  serverChanged(state: ServerState): void {
    if (state === 'running') {
      this.#streaming = false;
      this.post({ kind: 'server', state });
      void this.refresh();
    } else if (state === 'restarting' || state === 'stopped') {
      this.post({ kind: 'server', state });
    }
  }

  /** Reads the session and sends it whole; with `keep`, only its row where nothing else is new. */
  async refresh({ keep = false }: { readonly keep?: boolean } = {}): Promise<void> {
    // The webview asks when it is there.
    if (!this.#ready || !this.#isOpen) return;
    const subject = this.#subject;
    try {
      await this.#gate.during(() => this.#send(subject, keep));
    } catch (error) {
      if (subject !== this.#subject) return;
      const gone = subject.id !== undefined && ['not_found', 'gone'].includes(failureText(error).code);
      if (gone) await this.show({ folder: subject.folder });
      this.showError(error);
    }
  }

  async #send(subject: PanelSubject, keep: boolean): Promise<{ readonly id: string; readonly seq: number } | undefined> {
    const { client } = this.#deps;
    const folder = subject.folder.path;
    const [session, agents, recent] = await Promise.all([
      subject.id === undefined ? undefined : client.request('sessions/get', { folder, id: subject.id }),
      client.request('agents/list', { folder }),
      subject.id === undefined ? client.request('sessions/recent', { folder }) : [],
    ]);
    const offers = session && (await client.request('agents/offers', { folder, agent: session.row.backend }));
    if (subject !== this.#subject || !this.#isOpen) return undefined;
    this.#panel.title = session ? rowLabel(session.row) : l10n.t('New session');
    const same = keep && session !== undefined && this.#shown !== undefined && sameEntries(session, this.#shown);
    this.#shown = session;
    this.#streaming = session !== undefined && session.live.length > 0;
    if (same) {
      this.post({ kind: 'row', row: session.row });
      // What streamed meanwhile is in the snapshot that is not sent: it comes by its updates alone.
      return undefined;
    }
    const { trusted, name } = folderAt(folder) ?? subject.folder;
    this.post({
      kind: 'snapshot',
      session,
      folder: { name, trusted, path: folder },
      agents,
      recent,
      offers,
      backend: subject.backend ?? defaultBackend(subject.folder),
      model: subject.model,
      reveal: this.#reveal,
    });
    this.#reveal = undefined;
    return session && { id: session.row.id, seq: session.seq };
  }

  async #receive(raw: unknown): Promise<void> {
    const { parsePosted } = await webviewParsers();
    let posted: Posted;
    try {
      posted = parsePosted(raw);
    } catch (error) {
      this.#deps.log.warn(`a message of the panel was dropped: ${messageOf(error)}`);
      return;
    }
    try {
      const { message, session } = posted;
      if (message.kind === 'ready') await this.#start();
      else await this.#deps.act(this, message, session);
    } catch (error) {
      this.showError(error);
    }
  }

  /** The webview was loaded, the first time or again: it knows nothing. */
  async #start(): Promise<void> {
    this.#ready = true;
    await this.refresh();
    for (const message of this.#waiting.splice(0)) this.post(message);
  }
}

function sameEntries(a: Snapshot, b: Snapshot): boolean {
  const last = (snapshot: Snapshot): string | undefined => snapshot.entries.at(-1)?.id;
  return (
    a.row.id === b.row.id &&
    a.entries.length === b.entries.length &&
    last(a) === last(b) &&
    a.running === b.running &&
    a.holder?.started_at === b.holder?.started_at &&
    a.live.length === b.live.length
  );
}
