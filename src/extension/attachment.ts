import * as vscode from 'vscode';
import type { Attachment } from '../protocol/messages.js';

/** A file, by its path in the window: the agent reads it itself. */
export function attachmentOfFile(uri: vscode.Uri): Attachment {
  return { uri: uri.toString(), title: vscode.workspace.asRelativePath(uri, false) };
}

/** The selected lines of an editor with their place, or the whole file where nothing is selected. */
export function attachmentOfSelection({ document, selection }: vscode.TextEditor): Attachment {
  const file = attachmentOfFile(document.uri);
  if (selection.isEmpty) return file;
  const [first, last] = [selection.start.line + 1, selection.end.line + 1];
  const lines = first === last ? String(first) : `${first}-${last}`;
  return { uri: `${file.uri}#L${lines.replace('-', '-L')}`, title: `${file.title}:${lines}`, text: document.getText(selection) };
}
