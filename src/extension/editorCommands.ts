import * as vscode from 'vscode';
import { SessionError } from '../model/errors.js';
import { attachmentOfFile, attachmentOfSelection } from './attachment.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { chooseFolder, folderOf } from './folders.js';
import { l10n } from './l10n.js';

/** From the editor and the explorer into the folder's panel. */
export function editorCommands({ panels }: CommandParts): Pick<CommandHandlers, 'addSelection' | 'addFile'> {
  return {
    addSelection: async () => {
      const editor = vscode.window.activeTextEditor;
      if (!editor) throw new SessionError('usage', l10n.t('No editor is open'), { hint: l10n.t('select something in a file first') });
      const attachment = attachmentOfSelection(editor);
      const folder = await chooseFolder(folderOf(editor.document.uri));
      if (!folder) return;
      const panel = panels.current(folder) ?? (await panels.open({ folder }));
      panel.attach(attachment);
      panel.bringUp();
    },
    addFile: async (first, more) => {
      const given = (Array.isArray(more) ? more : [first]).filter((uri) => uri instanceof vscode.Uri);
      const active = vscode.window.activeTextEditor?.document.uri;
      const uris = given.length > 0 ? given : active ? [active] : [];
      const [uri] = uris;
      if (!uri) throw new SessionError('usage', l10n.t('No file is open'), { hint: l10n.t('open one, or choose one in the Explorer') });
      const folder = await chooseFolder(folderOf(uri));
      if (!folder) return;
      const panel = panels.current(folder) ?? (await panels.open({ folder }));
      for (const file of uris) panel.attach(await attachmentOfFile(file));
      panel.bringUp();
    },
  };
}
