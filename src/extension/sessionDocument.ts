import * as vscode from 'vscode';
import { SessionError } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import { l10n } from './l10n.js';
import { rowLabel } from './rowText.js';
import type { SessionClient } from './sessionClient.js';
import { parseSessionUri, sessionScheme, sessionUriParts, type SessionRef } from './sessionUri.js';
import { transcriptText } from './transcriptText.js';

/** `skein-session:` documents: a transcript as read-only Markdown that follows the session. */
export function registerSessionDocuments(client: SessionClient): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri) => {
      const session = parseSessionUri(uri);
      if (!session) throw new SessionError('usage', l10n.t('{0} names no session', uri.toString()));
      const { row, entries } = await client.request('sessions/get', session);
      return transcriptText(row, entries);
    },
  };
  const follow = client.on('sessions/changed', ({ folder, ids }) => {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme !== sessionScheme) continue;
      const session = parseSessionUri(uri);
      if (session?.folder === folder && (ids.length === 0 || ids.includes(session.id))) changed.fire(uri);
    }
  });
  return vscode.Disposable.from(changed, follow, vscode.workspace.registerTextDocumentContentProvider(sessionScheme, provider));
}

export async function openTranscript(session: SessionRef, row: SessionRow): Promise<void> {
  const uri = vscode.Uri.from(sessionUriParts(session, rowLabel(row)));
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
}
