import * as vscode from 'vscode';
import { SessionError } from '../model/errors.js';
import type { ChatPanels } from './chatPanels.js';
import { showFailure } from './failure.js';
import { l10n } from './l10n.js';
import type { SessionList } from './sessionList.js';
import { sessionOfLink } from './sessionUri.js';

/** `vscode://skein.skein/session/<id>` shows a session of the open folders. A link never sends a prompt and never goes on with one. */
export function registerUriHandler(panels: ChatPanels, list: SessionList, log: vscode.LogOutputChannel): vscode.Disposable {
  const open = async (uri: vscode.Uri): Promise<void> => {
    const id = sessionOfLink(uri.path);
    if (id === undefined) throw new SessionError('usage', l10n.t('This link names no session'));
    await list.load();
    const found = list.all.find(({ row }) => row.id === id);
    if (!found)
      throw new SessionError('not_found', l10n.t('No session {0} in the open folders', id), {
        hint: l10n.t('open the folder that it belongs to, then the link again'),
      });
    await panels.open({ folder: found.folder, id });
  };
  return vscode.window.registerUriHandler({
    handleUri: (uri) => {
      open(uri).catch((error: unknown) => void showFailure(error, log));
    },
  });
}
