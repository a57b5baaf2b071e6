import * as vscode from 'vscode';
import type { ChatPanels } from './chatPanels.js';
import { commandId } from './commandTable.js';
import { folderAt } from './folders.js';
import { l10n } from './l10n.js';
import { rowLabel } from './rowText.js';
import type { SessionClient } from './sessionClient.js';
import type { SessionList } from './sessionList.js';
import type { TurnEvent, Turns } from './turns.js';
import type { Unread } from './unread.js';

interface Parts {
  readonly turns: Turns;
  readonly panels: ChatPanels;
  readonly list: SessionList;
  readonly client: SessionClient;
  readonly unread: Unread;
}

/** Tells of a turn that ended or waits out of sight. What ended unseen is unread, whether or not it is told of. */
export function registerNotifications({ turns, panels, list, client, unread }: Parts): vscode.Disposable {
  const titleOf = async (folder: string, id: string): Promise<string> =>
    rowLabel(list.find(folder, id) ?? (await client.request('sessions/get', { folder, id })).row);
  const tell = async ({ folder, id, kind, detail }: TurnEvent): Promise<void> => {
    const at = folderAt(folder);
    if (!at || panels.isSeen(folder, id)) return;
    if (kind !== 'waiting') unread.set(id, true);
    if (!vscode.workspace.getConfiguration('skein').get<boolean>('notifications', true)) return;
    const title = await titleOf(folder, id);
    const open = l10n.t('Open');
    const chosen = await show(kind, title, detail, open);
    if (chosen === open) await panels.open({ folder: at, id });
    else if (chosen !== undefined) await vscode.commands.executeCommand(commandId('showLog'));
  };
  return turns.onNoticed((event) => {
    tell(event).then(undefined, (error: unknown) => panels.current()?.showError(error));
  });
}

function show(kind: TurnEvent['kind'], title: string, detail: string, open: string): Thenable<string | undefined> {
  switch (kind) {
    case 'waiting':
      return vscode.window.showWarningMessage(l10n.t('“{0}” needs you: {1}', title, detail), open);
    case 'failed':
      return vscode.window.showErrorMessage(l10n.t('“{0}” failed: {1}', title, detail), open, l10n.t('Show Log'));
    case 'finished':
      return vscode.window.showInformationMessage(l10n.t('“{0}” has finished.', title), open);
  }
}
