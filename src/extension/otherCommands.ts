import * as vscode from 'vscode';
import type { Finding } from '../model/report.js';
import { isMendingUndoable } from '../model/mending.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import type { Folder } from './folder.js';
import { chooseFolder, windowFolders } from './folders.js';
import { l10n } from './l10n.js';
import { offerUndo } from './undoOffer.js';

type Names = 'showUsage' | 'doctor' | 'installAgent' | 'openSettings' | 'restartServer' | 'showLog';

/** Usage, health, agents, settings, log. */
export function otherCommands({ client, list, panels, log, usage }: CommandParts): Pick<CommandHandlers, Names> {
  const currentFolder = (): Promise<Folder | undefined> => chooseFolder(panels.current()?.subject.folder);
  return {
    showUsage: async () => {
      const folder = await currentFolder();
      if (folder) usage.open(folder);
    },
    doctor: async () => {
      for (const folder of windowFolders()) {
        const findings = await vscode.window.withProgress(
          { location: vscode.ProgressLocation.Window, title: l10n.t('Looking at the sessions of {0}', folder.name) },
          () => client.request('doctor/run', { folder: folder.path }),
        );
        if (await showFindings(folder, findings)) await mend({ client, log }, folder);
      }
      await list.refresh();
    },
    installAgent: async (name) => {
      const folder = await currentFolder();
      const agents = folder ? await client.request('agents/list', { folder: folder.path }) : [];
      const missing = agents.filter(({ problem, install }) => problem !== undefined && install !== undefined);
      const items = missing.map(({ title, install = '', name: agent }) => ({
        label: title,
        description: install,
        iconPath: new vscode.ThemeIcon('cloud-download'),
        install,
        agent,
      }));
      const options = {
        title: l10n.t('Install an agent'),
        placeHolder: items.length > 0 ? l10n.t('The command runs in a terminal') : l10n.t('Every known agent is installed'),
      };
      const picked = items.find(({ agent }) => agent === name) ?? (await vscode.window.showQuickPick(items, options));
      if (!picked || !folder) return;
      const terminal = vscode.window.createTerminal({ name: l10n.t('Install {0}', picked.label), cwd: folder.path });
      terminal.show();
      // Shown with its name in the list that the person chose from; Enter is theirs when they did not see it there.
      terminal.sendText(picked.install, name === undefined);
    },
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:skein.skein'),
    restartServer: async () => {
      await client.restart();
      await list.refresh();
    },
    showLog: () => log.show(true),
  };
}

/** Lists what doctor found; true when the person wants it mended. */
async function showFindings(folder: Folder, findings: readonly Finding[]): Promise<boolean> {
  if (findings.length === 0) {
    void vscode.window.showInformationMessage(l10n.t('{0}: no problems found.', folder.name));
    return false;
  }
  const fixable = findings.filter(({ fix }) => fix !== undefined).length;
  const fix: vscode.QuickPickItem = {
    label: fixable === 1 ? l10n.t('Mend 1 problem') : l10n.t('Mend {0} problems', fixable),
    description: l10n.t('what is moved is kept, and it can be undone'),
    iconPath: new vscode.ThemeIcon('wrench'),
    alwaysShow: true,
  };
  const items = findings.map(({ path, kind, detail, fix: remedy }) => ({
    label: detail,
    description: kind,
    detail: remedy === undefined ? path : `${path} → ${remedy}`,
    iconPath: new vscode.ThemeIcon('warning'),
    path,
  }));
  const title = findings.length === 1 ? l10n.t('{0}: 1 problem', folder.name) : l10n.t('{0}: {1} problems', folder.name, findings.length);
  const picked: vscode.QuickPickItem | undefined = await vscode.window.showQuickPick<vscode.QuickPickItem>(
    fixable > 0 ? [fix, ...items] : items,
    { title, placeHolder: l10n.t('Choose one to see its file'), matchOnDetail: true },
  );
  if (picked === fix) return true;
  const file = items.find((item) => item === picked)?.path;
  if (file !== undefined) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
  return false;
}

async function mend({ client, log }: Pick<CommandParts, 'client' | 'log'>, folder: Folder): Promise<void> {
  const findings = await client.request('doctor/run', { folder: folder.path, fix: true });
  const words = l10n.t('{0}: mended what could be.', folder.name);
  if (isMendingUndoable(findings)) offerUndo({ client, log }, folder, words);
  else void vscode.window.showInformationMessage(words);
}
