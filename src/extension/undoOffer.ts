import * as vscode from 'vscode';
import type { CommandParts } from './commandParts.js';
import { showFailure } from './failure.js';
import type { Folder } from './folder.js';
import { l10n } from './l10n.js';

/** Tells what was done in a folder, with a button that undoes it. Not awaited: the button outlives the command. */
export function offerUndo({ client, log }: Pick<CommandParts, 'client' | 'log'>, { path }: Folder, words: string): void {
  const undo = l10n.t('Undo');
  const offer = async (): Promise<void> => {
    if ((await vscode.window.showInformationMessage(words, undo)) === undo) await client.request('sessions/undo', { folder: path });
  };
  offer().catch((error: unknown) => void showFailure(error, log));
}
