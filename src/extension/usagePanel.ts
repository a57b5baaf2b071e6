import * as vscode from 'vscode';
import { messageOf } from '../model/errors.js';
import { pricesAsOf } from '../model/prices.js';
import type { UsageChoice, UsageToWebview } from '../protocol/usageMessages.js';
import { agentTitle } from './agentTitle.js';
import { failureText } from './failureText.js';
import type { Folder } from './folder.js';
import { l10n } from './l10n.js';
import type { SessionClient } from './sessionClient.js';
import { showPage } from './webviewPage.js';
import { webviewParsers } from './webviewParsers.js';

/** A turn tells of many changes: the view adds up again when they have come to rest. */
const restMs = 1_000;
const dayMs = 86_400_000;

interface UsagePanelParts {
  readonly client: SessionClient;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
  readonly folder: Folder;
}

/** The usage view of a folder: charts and a table of tokens and cost, for as long as it is open. */
export class UsagePanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #parts: UsagePanelParts;
  readonly #subscriptions: vscode.Disposable;
  #choice: UsageChoice = { by: 'day', period: 30, scope: 'folder' };
  #ready = false;
  /** It may be closed while usage is added up. */
  #isOpen = true;
  #timer: NodeJS.Timeout | undefined;
  /** The last one asked is the one that is shown. */
  #asked = 0;

  constructor(panel: vscode.WebviewPanel, parts: UsagePanelParts, disposed: () => void) {
    this.#panel = panel;
    this.#parts = parts;
    const { client, extensionUri, folder } = parts;
    panel.title = l10n.t('Usage in {0}', folder.name);
    const { webview } = panel;
    this.#subscriptions = vscode.Disposable.from(
      webview.onDidReceiveMessage((raw: unknown) => void this.#receive(raw)),
      client.on('sessions/changed', () => this.#soon()),
      panel.onDidChangeViewState(() => this.#soon()),
      panel.onDidDispose(() => {
        this.dispose();
        disposed();
      }),
    );
    showPage(panel, extensionUri, 'usage', { folder: folder.path });
  }

  bringUp(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#panel.dispose();
  }

  async #receive(raw: unknown): Promise<void> {
    const { parseUsageMessage } = await webviewParsers();
    try {
      const message = parseUsageMessage(raw);
      if (message.kind === 'choose') this.#choice = message.choice;
    } catch (error) {
      this.#parts.log.warn(`a message of the usage view was dropped: ${messageOf(error)}`);
      return;
    }
    this.#ready = true;
    await this.#show();
  }

  #soon(): void {
    if (!this.#ready || !this.#panel.visible) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#show(), restMs);
  }

  async #show(): Promise<void> {
    const choice = this.#choice;
    const { client, folder } = this.#parts;
    const asked = ++this.#asked;
    const since = choice.period === 0 ? undefined : new Date(Date.now() - choice.period * dayMs).toISOString();
    try {
      const rows = await client.request('sessions/usage', { folder: folder.path, by: choice.by, since, scope: choice.scope });
      if (asked !== this.#asked) return;
      const isTime = choice.by === 'day' || choice.by === 'week' || choice.by === 'month';
      const titled = rows.map((row) => ({ ...row, title: choice.by === 'backend' ? agentTitle(row.key) : row.key }));
      this.#post({ kind: 'usage', folder: folder.name, choice, rows: isTime ? titled.reverse() : titled, pricesAsOf });
    } catch (error) {
      if (asked !== this.#asked) return;
      const { message, hint } = failureText(error);
      this.#post({ kind: 'error', message, hint });
    }
  }

  #post(message: UsageToWebview): void {
    if (this.#isOpen) void this.#panel.webview.postMessage(message);
  }
}
