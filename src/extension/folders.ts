import * as path from 'node:path';
import * as vscode from 'vscode';
import { SessionError } from '../model/errors.js';
import type { Folder } from './folder.js';
import { l10n } from './l10n.js';

/** The window's folders that are on a disk, as they are right now. */
export function windowFolders(): readonly Folder[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => ({ path: folder.uri.fsPath, name: folder.name, trusted: vscode.workspace.isTrusted }));
}

export const folderAt = (folderPath: string): Folder | undefined => windowFolders().find((folder) => folder.path === folderPath);

/** The folder that holds a file of the window. */
export function folderOf(uri: vscode.Uri): Folder | undefined {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder && folderAt(folder.uri.fsPath);
}

/** Calls back when folders come, go or are trusted. */
export function onFoldersChanged(changed: () => void): vscode.Disposable {
  return vscode.Disposable.from(vscode.workspace.onDidChangeWorkspaceFolders(changed), vscode.workspace.onDidGrantWorkspaceTrust(changed));
}

/** The folder that a command without a target is about: the only one, the active editor's, else the one the person picks. */
export async function chooseFolder(preferred?: Folder): Promise<Folder | undefined> {
  const folders = windowFolders();
  const [only, ...more] = folders;
  if (!only) {
    throw new SessionError('usage', l10n.t('No folder is open'), { hint: l10n.t('open a folder: sessions are kept in it') });
  }
  if (more.length === 0) return only;
  if (preferred) return preferred;
  const editor = vscode.window.activeTextEditor;
  const ofEditor = editor && folderOf(editor.document.uri);
  if (ofEditor) return ofEditor;
  const items = folders.map((folder) => ({ label: folder.name, description: path.dirname(folder.path), folder }));
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Folder'), placeHolder: l10n.t('Which folder?') }))?.folder;
}
