import * as vscode from 'vscode';
import type { SessionRow } from '../model/row.js';
import { SessionError } from '../model/errors.js';
import type { Folder } from './folder.js';
import { l10n } from './l10n.js';
import { rowDescription, rowIcon, rowLabel } from './rowText.js';
import type { SessionList } from './sessionList.js';
import type { SessionRef } from './sessionUri.js';
import { isolated } from './textDirection.js';

export interface Target {
  readonly folder: Folder;
  readonly row: SessionRow;
}

interface SessionItem extends vscode.QuickPickItem {
  readonly target: Target;
}

interface PickOptions {
  readonly title: string;
  readonly folder?: Folder;
  /** Which sessions can be chosen. */
  readonly when?: ((row: SessionRow) => boolean) | undefined;
  /** The one that the person has open: it stands first. */
  readonly open?: SessionRef | undefined;
}

export function sessionItem(target: Target, detail?: string): SessionItem {
  const { row } = target;
  const item = {
    label: isolated(rowLabel(row)),
    description: rowDescription(row, Date.now()),
    iconPath: new vscode.ThemeIcon(rowIcon(row).id),
    target,
  };
  return detail === undefined ? item : { ...item, detail };
}

async function itemsOf(list: SessionList, { folder, when, open }: PickOptions): Promise<readonly SessionItem[]> {
  await list.load();
  const found = list.all.filter((target) => (!folder || target.folder.path === folder.path) && (when?.(target.row) ?? true));
  if (found.length === 0) throw new SessionError('not_found', l10n.t('There is no session to choose from'));
  const isOpen = (target: Target): boolean => target.row.id === open?.id && target.folder.path === open.folder;
  const byAge = found.toSorted((a, b) => Date.parse(b.row.last_used_at) - Date.parse(a.row.last_used_at));
  return [...byAge.filter(isOpen), ...byAge.filter((target) => !isOpen(target))].map((target) => sessionItem(target));
}

/** Asks for one session; `undefined` when the person changed their mind. */
export async function pickSession(list: SessionList, options: PickOptions): Promise<Target | undefined> {
  const placeHolder = l10n.t('Choose a session');
  return (await vscode.window.showQuickPick(itemsOf(list, options), { title: options.title, placeHolder, matchOnDescription: true }))
    ?.target;
}

/** Asks for any number of sessions; empty when the person changed their mind. */
export async function pickSessions(list: SessionList, options: PickOptions): Promise<readonly Target[]> {
  const placeHolder = l10n.t('Choose sessions');
  const picked = await vscode.window.showQuickPick(itemsOf(list, options), {
    title: options.title,
    placeHolder,
    matchOnDescription: true,
    canPickMany: true,
  });
  return picked?.map((item) => item.target) ?? [];
}
