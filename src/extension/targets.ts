import * as vscode from 'vscode';
import type { SessionRow } from '../model/row.js';
import { SessionError } from '../model/errors.js';
import type { ChatPanels } from './chatPanels.js';
import { folderAt } from './folders.js';
import { l10n } from './l10n.js';
import type { SessionList } from './sessionList.js';
import { pickSession, pickSessions, type Target } from './sessionPick.js';
import type { SessionRef } from './sessionUri.js';
import type { SessionsTree } from './sessionsTree.js';
import type { SessionNode } from './treeModel.js';

/** What keybindings of the tree pass: VS Code gives them no item. */
const ofSelection = 'selection';

/** Finds the sessions that a command is about: what the menu passed, the tree's selection, the panel, else the person is asked. */
export class Targets {
  readonly #list: SessionList;
  readonly #tree: SessionsTree;
  readonly #panels: ChatPanels;

  constructor(list: SessionList, tree: SessionsTree, panels: ChatPanels) {
    this.#list = list;
    this.#tree = tree;
    this.#panels = panels;
  }

  /** One session, `undefined` when the person changed their mind. */
  async one(args: readonly unknown[], title: string, when?: (row: SessionRow) => boolean): Promise<Target | undefined> {
    const given = await this.#given(args);
    return given ? given[0] : pickSession(this.#list, { title, when, open: this.#open() });
  }

  /** One or more sessions, empty when the person changed their mind. */
  async many(args: readonly unknown[], title: string, when?: (row: SessionRow) => boolean): Promise<readonly Target[]> {
    const given = await this.#given(args);
    return given ? given.filter(({ row }) => when?.(row) ?? true) : pickSessions(this.#list, { title, when, open: this.#open() });
  }

  /** What the call says it is about; `undefined` when it says nothing, as from the palette. */
  async #given([first, more]: readonly unknown[]): Promise<readonly Target[] | undefined> {
    const nodes = Array.isArray(more) ? more.filter(isSessionNode) : [];
    if (isSessionNode(first)) return unique(nodes.some((node) => node.id === first.id) ? nodes : [first]);
    if (first === ofSelection) return unique(await this.#tree.selection());
    if (isRef(first)) return [await this.#find(first.folder, first.id)];
    if (first instanceof vscode.Uri && first.scheme === 'webview-panel') {
      const subject = this.#panels.current()?.subject;
      if (subject?.id !== undefined) return [await this.#find(subject.folder.path, subject.id)];
    }
    return undefined;
  }

  /** The session in front of the person. */
  #open(): SessionRef | undefined {
    const panel = this.#panels.current();
    const id = panel?.visible === true ? panel.subject.id : undefined;
    return panel && id !== undefined ? { folder: panel.subject.folder.path, id } : undefined;
  }

  async #find(folderPath: string, id: string): Promise<Target> {
    await this.#list.load();
    const [folder, row] = [folderAt(folderPath), this.#list.find(folderPath, id)];
    if (folder && row) return { folder, row };
    throw new SessionError('not_found', l10n.t('This session is not there any more'), { hint: l10n.t('refresh the Sessions view') });
  }
}

function unique(nodes: readonly SessionNode[]): readonly Target[] {
  return [...new Map(nodes.map(({ folder, row }) => [`${folder.path}|${row.id}`, { folder, row }])).values()];
}

function isSessionNode(value: unknown): value is SessionNode {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'session';
}

function isRef(value: unknown): value is { readonly folder: string; readonly id: string } {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'folder') === 'string' && typeof Reflect.get(value, 'id') === 'string';
}

/** The ids of targets by folder: a request is about one folder. */
export function byFolder(targets: readonly Target[]): readonly { readonly folder: string; readonly ids: string[] }[] {
  const folders = new Map<string, string[]>();
  for (const { folder, row } of targets) folders.set(folder.path, [...(folders.get(folder.path) ?? []), row.id]);
  return [...folders].map(([folder, ids]) => ({ folder, ids }));
}
