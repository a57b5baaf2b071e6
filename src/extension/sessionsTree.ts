import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { SessionRef } from './sessionUri.js';
import { l10n } from './l10n.js';
import { NodeIndex } from './nodeIndex.js';
import { groupings, type GroupBy } from './rowGroups.js';
import { rowTooltip } from './rowTooltip.js';
import type { SessionClient } from './sessionClient.js';
import { filterText, isActive } from './sessionFilter.js';
import { showHealthSetting, type SessionList } from './sessionList.js';
import { treeItem } from './treeItem.js';
import { buildTree, type SessionNode, type TreeNode } from './treeModel.js';

export const viewId = 'skein.sessions';

/** Ages in the rows are told anew this often while the tree is seen. */
const ageMs = 60_000;

/** VS Code refreshes at most each 200 ms, and asks for a level when it has the one above; after this long without a question it has them all. */
const quietMs = 400;
/** A tree that changes all the time is not waited for longer. */
const patienceMs = 1000;

/** The Sessions view. What it shows is decided in treeModel.ts; node ids keep selection and expansion over a refresh. */
export class SessionsTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #list: SessionList;
  readonly #client: SessionClient;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable;
  #roots: readonly TreeNode[] = [];
  #index = new NodeIndex([]);
  /** Kept from the last event: while the tree is being read anew, the view says that nothing is selected. */
  #selection: readonly SessionNode[] = [];
  /** The last event came while VS Code did not know the rows: what it said of the selection may be too little. */
  #unsure = false;
  /** When VS Code was last told to read the rows anew, or asked for some. */
  #readAt = 0;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(list: SessionList, client: SessionClient) {
    this.#list = list;
    this.#client = client;
    this.#view = vscode.window.createTreeView(viewId, { treeDataProvider: this, canSelectMany: true, showCollapseAll: true });
    const ages = setInterval(() => {
      if (!this.#view.visible) return;
      this.#changed.fire(undefined);
      list.tick();
    }, ageMs);
    this.#subscriptions = vscode.Disposable.from(
      this.#view,
      this.#changed,
      new vscode.Disposable(() => clearInterval(ages)),
      this.#view.onDidChangeSelection(() => {
        this.#unsure = this.#isReading();
        this.#selection = this.#selected();
      }),
      this.#changed.event(() => (this.#readAt = Date.now())),
      list.onChanged(() => this.#changed.fire(undefined)),
      client.onState((state) => {
        if (state === 'stopped' || state === 'starting') this.#changed.fire(undefined);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('skein.groupBy')) this.#changed.fire(undefined);
        if (event.affectsConfiguration('skein.showHealth')) void list.refresh();
      }),
    );
  }

  /** The sessions that are selected. */
  async selection(): Promise<readonly SessionNode[]> {
    const asked = Date.now();
    if (!this.#unsure && this.#selection.length > 0) return this.#selection;
    while (this.#isReading() && Date.now() - asked < patienceMs) await delay(20);
    const now = this.#selected();
    return now.length > 0 ? now : this.#selection;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    this.#readAt = Date.now();
    if (node) return [...node.children];
    const stopped = this.#client.state === 'stopped';
    const folders = stopped ? this.#list.current : await this.#list.load();
    this.#roots = buildTree(folders, { groupBy: groupBySetting(), now: Date.now(), stopped, showHealth: showHealthSetting() });
    this.#index = new NodeIndex(this.#roots);
    this.#decorate(folders.reduce((sum, { hidden }) => sum + hidden, 0));
    return [...this.#roots];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return treeItem(node, Date.now());
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    if (node.kind !== 'session') return item;
    const tooltip = new vscode.MarkdownString(rowTooltip(node.row, Date.now()), true);
    tooltip.supportHtml = true;
    item.tooltip = tooltip;
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return this.#index.parent(node);
  }

  /** Shows a session in the tree without taking the focus; nothing where it is not listed or the view was never opened. */
  async reveal({ folder, id }: SessionRef): Promise<void> {
    // What the list knows may not be drawn yet.
    await this.getChildren();
    const node = this.#index.session(folder, id);
    if (node && this.#view.visible) await this.#view.reveal(node, { select: true, focus: false, expand: false });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #selected(): readonly SessionNode[] {
    return this.#view.selection.filter((node) => node.kind === 'session');
  }

  #isReading(): boolean {
    return Date.now() - this.#readAt < quietMs;
  }

  /** What stands around the rows: the badge, and a line where trust or the filter changes what is seen. */
  #decorate(hidden: number): void {
    const waiting = new Set(this.#list.all.filter(({ row }) => row.running?.state === 'waiting').map(({ row }) => row.id)).size;
    const tooltip = waiting === 1 ? l10n.t('1 session needs you') : l10n.t('{0} sessions need you', waiting);
    this.#view.badge = waiting > 0 ? { value: waiting, tooltip } : undefined;
    const { filter } = this.#list;
    this.#view.description = isActive(filter) ? filterText(filter) : '';
    const empty = this.#roots.length === 0;
    if (empty && hidden > 0) {
      const words = filterText(filter);
      this.#view.message =
        hidden === 1
          ? l10n.t('1 session is hidden by the filter “{0}”.', words)
          : l10n.t('{0} sessions are hidden by the filter “{1}”.', hidden, words);
    } else if (!empty && !vscode.workspace.isTrusted) {
      this.#view.message = l10n.t('This folder is not trusted. You can read its sessions; nothing is started.');
    } else {
      this.#view.message = '';
    }
  }
}

export function groupBySetting(): GroupBy {
  const value = vscode.workspace.getConfiguration('skein').get<string>('groupBy');
  return groupings.find((grouping) => grouping === value) ?? 'date';
}
