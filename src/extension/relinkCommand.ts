import * as path from 'node:path';
import * as vscode from 'vscode';
import type { RelinkRow } from '../model/report.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import type { Folder } from './folder.js';
import { chooseFolder } from './folders.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';
import { sessionItem } from './sessionPick.js';
import { offerUndo } from './undoOffer.js';

/** Linking the sessions of a folder that was moved to where it is now. */
export function relinkCommand({ client, list, panels, log }: CommandParts): Pick<CommandHandlers, 'relink'> {
  return {
    relink: async () => {
      const folder = await chooseFolder(panels.current()?.subject.folder);
      if (!folder) return;
      const gone = await client.request('sessions/relink', { folder: folder.path, dryRun: true });
      const from = await chooseGone(gone);
      const to = from === undefined ? undefined : await chooseNow(folder, from);
      if (from === undefined || to === undefined) return;
      const plan = await client.request('sessions/relink', { folder: folder.path, from, to, dryRun: true });
      if (!(await confirm(plan, to))) return;
      const linked = await client.request('sessions/relink', { folder: folder.path, from, to, dryRun: false });
      await list.refresh();
      const words = linked.length === 1 ? l10n.t('1 session linked to {0}.', to) : l10n.t('{0} sessions linked to {1}.', linked.length, to);
      offerUndo({ client, log }, folder, words);
    },
  };
}

const title = (): string => l10n.t('Relink sessions of a moved folder');

async function chooseGone(gone: readonly RelinkRow[]): Promise<string | undefined> {
  const counts = new Map<string, number>();
  for (const { row } of gone) counts.set(row.workdir, (counts.get(row.workdir) ?? 0) + 1);
  const items = [...counts].map(([label, count]) => ({
    label,
    description: count === 1 ? l10n.t('1 session') : l10n.t('{0} sessions', count),
  }));
  const placeHolder = items.length > 0 ? l10n.t('Which folder was moved?') : l10n.t('The folder of every session is there');
  return (await vscode.window.showQuickPick(items, { title: title(), placeHolder, matchOnDescription: true }))?.label;
}

async function chooseNow(folder: Folder, from: string): Promise<string | undefined> {
  const here = { label: l10n.t('It is {0} now', folder.name), description: folder.path };
  const other = { label: l10n.t('Another folder…') };
  const picked: vscode.QuickPickItem | undefined = await vscode.window.showQuickPick<vscode.QuickPickItem>([here, other], {
    title: title(),
    placeHolder: l10n.t('Where is {0} now?', from),
    ...nextStep,
  });
  if (picked !== other) return picked && folder.path;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: vscode.Uri.file(path.dirname(folder.path)),
    openLabel: l10n.t('It is here now'),
  });
  return chosen?.[0]?.fsPath;
}

/** Shows which sessions would follow; true when the person says so. */
async function confirm(plan: readonly RelinkRow[], to: string): Promise<boolean> {
  const act: vscode.QuickPickItem = {
    label: plan.length === 1 ? l10n.t('Link 1 session') : l10n.t('Link {0} sessions', plan.length),
    description: to,
    iconPath: new vscode.ThemeIcon('link'),
    alwaysShow: true,
  };
  const items = plan.map(({ row, workdir }): vscode.QuickPickItem => {
    return { ...sessionItem({ folder: { path: '', name: '', trusted: true }, row }), detail: `${row.workdir} → ${workdir}` };
  });
  const placeHolder = l10n.t('Other programs’ stores stay as they are');
  return (await vscode.window.showQuickPick([act, ...items], { title: title(), placeHolder, ...nextStep })) === act;
}
