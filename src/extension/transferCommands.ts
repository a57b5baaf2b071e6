import * as path from 'node:path';
import * as vscode from 'vscode';
import { parseDuration } from '../model/duration.js';
import { messageOf } from '../model/errors.js';
import type { CleanRow } from '../model/report.js';
import { textStart } from '../model/textStart.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { chooseFolder } from './folders.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';
import { rowLabel } from './rowText.js';
import { sessionItem } from './sessionPick.js';
import { byFolder } from './targets.js';
import { viewId } from './sessionsTree.js';
import { offerUndo } from './undoOffer.js';

type Names = 'export' | 'import' | 'clean' | 'copyId';
type Format = 'md' | 'json' | 'bundle';

const inView = <T>(work: () => Promise<T>): Thenable<T> => vscode.window.withProgress({ location: { viewId } }, work);

/** Sessions out, in, and away. */
export function transferCommands({ client, panels, targets, log }: CommandParts): Pick<CommandHandlers, Names> {
  return {
    export: async (...args) => {
      const chosen = await targets.many(args, l10n.t('Export sessions'));
      const [first] = chosen;
      const format = first && (await chooseFormat());
      if (!format) return;
      for (const { folder, ids } of byFolder(chosen)) {
        const name = ids.length === 1 ? rowLabel(first.row) : l10n.t('{0} sessions', ids.length);
        const uri = await vscode.window.showSaveDialog({
          title: l10n.t('Export'),
          defaultUri: vscode.Uri.file(path.join(folder, fileName(name, format))),
        });
        if (!uri) return;
        const saved = await inView(() => client.request('sessions/export', { folder, ids, format, output: uri.fsPath }));
        void offerOpen(saved.path, format);
      }
    },
    import: async () => {
      const folder = await chooseFolder(panels.current()?.subject.folder);
      if (!folder) return;
      const options = {
        title: l10n.t('Import sessions'),
        canSelectMany: true,
        defaultUri: vscode.Uri.file(folder.path),
        openLabel: l10n.t('Import'),
      };
      for (const { fsPath } of (await vscode.window.showOpenDialog(options)) ?? []) {
        const rows = await inView(() => client.request('sessions/import', { folder: folder.path, file: fsPath }));
        void vscode.window.showInformationMessage(
          rows.length === 1 ? l10n.t('1 session imported.') : l10n.t('{0} sessions imported.', rows.length),
        );
        const [row] = rows;
        if (row) await panels.open({ folder, id: row.id });
      }
    },
    clean: async () => {
      const folder = await chooseFolder(panels.current()?.subject.folder);
      const olderThanMs = folder && (await chooseAge());
      if (!folder || olderThanMs === undefined) return;
      const preview = await inView(() => client.request('sessions/clean', { folder: folder.path, olderThanMs, dryRun: true }));
      if (!(await confirmClean(preview))) return;
      const done = (await client.request('sessions/clean', { folder: folder.path, olderThanMs, dryRun: false })).filter(({ goes }) => goes);
      const { length } = done;
      const words = length === 1 ? l10n.t('1 session moved to the trash.') : l10n.t('{0} sessions moved to the trash.', length);
      offerUndo({ client, log }, folder, words);
    },
    copyId: async (...args) => {
      const chosen = await targets.many(args, l10n.t('Copy ids'));
      if (chosen.length > 0) await vscode.env.clipboard.writeText(chosen.map(({ row }) => row.id).join('\n'));
    },
  };
}

async function chooseFormat(): Promise<Format | undefined> {
  const items: (vscode.QuickPickItem & { readonly format: Format })[] = [
    { label: 'Markdown', description: l10n.t('to read'), format: 'md' },
    { label: 'JSON', description: l10n.t('records and entries, for other programs'), format: 'json' },
    { label: l10n.t('Bundle'), description: l10n.t('whole sessions, to import elsewhere byte for byte'), format: 'bundle' },
  ];
  const options = { title: l10n.t('Export as'), placeHolder: l10n.t('Which format?'), ...nextStep };
  return (await vscode.window.showQuickPick(items, options))?.format;
}

const extensions: Readonly<Record<Format, string>> = { md: 'md', json: 'json', bundle: 'skein' };

function fileName(title: string, format: Format): string {
  const safe = textStart(title.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|-+$/g, ''), 60);
  return `${safe === '' ? 'session' : safe}.${extensions[format]}`;
}

async function offerOpen(file: string, format: Format): Promise<void> {
  const open = l10n.t('Open');
  const buttons = format === 'bundle' ? [] : [open];
  const chosen = await vscode.window.showInformationMessage(l10n.t('Exported to {0}.', file), ...buttons);
  if (chosen === open) await vscode.window.showTextDocument(vscode.Uri.file(file));
}

async function chooseAge(): Promise<number | undefined> {
  const ages = ['7d', '30d', '90d'].map((age) => ({ label: l10n.t('Not used for {0} days', age.slice(0, -1)), age }));
  const picked = await vscode.window.showQuickPick([...ages, { label: l10n.t('Other…'), age: '' }], {
    title: l10n.t('Clean up sessions'),
    placeHolder: l10n.t('Which sessions may go? You see them before anything happens.'),
  });
  if (!picked) return undefined;
  if (picked.age !== '') return parseDuration(picked.age);
  const text = await vscode.window.showInputBox({
    title: l10n.t('Clean up sessions'),
    prompt: l10n.t('Not used for'),
    placeHolder: '12h, 30d, 2w',
    validateInput: durationProblem,
    ...nextStep,
  });
  return text === undefined ? undefined : parseDuration(text);
}

function durationProblem(text: string): string | undefined {
  try {
    parseDuration(text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Shows what would go and what stays, each with its reason; true when the person says so. */
async function confirmClean(rows: readonly CleanRow[]): Promise<boolean> {
  const going = rows.filter(({ goes }) => goes);
  const item = ({ row, reason }: CleanRow): vscode.QuickPickItem => ({
    ...sessionItem({ folder: { path: '', name: '', trusted: true }, row }),
    detail: reason,
  });
  const separator = (label: string): vscode.QuickPickItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const act: vscode.QuickPickItem = {
    label: going.length === 1 ? l10n.t('Move 1 session to the trash') : l10n.t('Move {0} sessions to the trash', going.length),
    iconPath: new vscode.ThemeIcon('trash'),
    alwaysShow: true,
  };
  const staying = rows.filter(({ goes }) => !goes);
  const items = [
    ...(going.length > 0 ? [act, separator(l10n.t('Goes')), ...going.map(item)] : []),
    ...(staying.length > 0 ? [separator(l10n.t('Stays')), ...staying.map(item)] : []),
  ];
  const placeHolder = going.length > 0 ? l10n.t('What goes can be restored') : l10n.t('Nothing is old enough: everything stays');
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Clean up sessions'), placeHolder, ...nextStep })) === act;
}
