import * as vscode from 'vscode';
import { l10n } from './l10n.js';
import type { SessionList } from './sessionList.js';
import { parseSessionUri, sessionScheme } from './sessionUri.js';
import type { Unread } from './unread.js';

/** `!` on a session that waits for the person, `●` on one that has something unread. Never colour alone. */
export function registerDecorations(list: SessionList, unread: Unread): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const provider: vscode.FileDecorationProvider = {
    onDidChangeFileDecorations: changed.event,
    provideFileDecoration: (uri) => {
      if (uri.scheme !== sessionScheme) return undefined;
      const session = parseSessionUri(uri);
      if (!session) return undefined;
      if (list.find(session.folder, session.id)?.running?.state === 'waiting') return new vscode.FileDecoration('!', l10n.t('Needs you'));
      return unread.has(session.id) ? new vscode.FileDecoration('●', l10n.t('Unread')) : undefined;
    },
  };
  const refresh = (): void => changed.fire(undefined);
  return vscode.Disposable.from(
    changed,
    vscode.window.registerFileDecorationProvider(provider),
    list.onChanged(refresh),
    unread.onChanged(refresh),
  );
}
