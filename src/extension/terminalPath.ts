import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../model/errors.js';
import { l10n } from './l10n.js';
import { shims } from './shims.js';

/** Puts `skein` on the PATH of the integrated terminal. */
export function registerTerminalPath(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): void {
  const folder = path.join(context.globalStorageUri.fsPath, 'bin');
  const collection = context.environmentVariableCollection;
  collection.description = l10n.t('Adds the `skein` command');
  collection.prepend('PATH', folder + path.delimiter);
  writeShims(folder, vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli', 'skein.js').fsPath).catch((error: unknown) => {
    log.warn(`the skein command for terminals was not written: ${messageOf(error)}`);
  });
}

/** Writes what changed since the last time: an update of VS Code or of the extension moves both paths. */
async function writeShims(folder: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, text, mode } of shims(process.execPath, script)) {
    const file = path.join(folder, name);
    const known = await readFile(file, 'utf8').catch(() => undefined); // not there yet, or not readable: written anew
    if (known === text) continue;
    // Beside, then renamed: a terminal may be running the old one.
    const beside = `${file}.${process.pid}`;
    await writeFile(beside, text, { mode });
    await rename(beside, file);
  }
}
