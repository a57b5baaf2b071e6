import * as vscode from 'vscode';
import type { Folder } from './folder.js';

/** The agent that the settings prefer in a folder, where they name one. */
export function defaultBackend(folder: Folder): string | undefined {
  const name = vscode.workspace.getConfiguration('skein', vscode.Uri.file(folder.path)).get<string>('defaultBackend');
  return name === '' ? undefined : name;
}
