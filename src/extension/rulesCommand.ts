import * as vscode from 'vscode';
import type { PermissionRule } from '../model/permissionRule.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import { chooseFolder } from './folders.js';
import { l10n } from './l10n.js';
import { rowLabel } from './rowText.js';
import { ruleLabel, ruleReach } from './ruleText.js';
import { nextStep } from './nextStep.js';

/** What agents were allowed for longer than once in a folder, and taking it back. */
export function rulesCommand({ client, list, panels }: CommandParts): Pick<CommandHandlers, 'rules'> {
  return {
    rules: async () => {
      const folder = await chooseFolder(panels.current()?.subject.folder);
      if (!folder) return;
      const [rules] = await Promise.all([client.request('rules/list', { folder: folder.path }), list.load()]);
      const titleOf = (id: string | undefined): string | undefined => {
        const row = id === undefined ? undefined : list.find(folder.path, id);
        return row && rowLabel(row);
      };
      const items = rules.map((rule) => itemOf(rule, titleOf(rule.session)));
      const placeHolder =
        items.length > 0 ? l10n.t('Choose one to take it back') : l10n.t('No rules: agents ask each time, as the mode says');
      const options = { title: l10n.t('Permission rules of {0}', folder.name), placeHolder, matchOnDescription: true };
      const rule = (await vscode.window.showQuickPick(items, options))?.rule;
      if (!rule || !(await confirm(rule))) return;
      await client.request('rules/remove', { folder: folder.path, ids: [rule.id] });
      void vscode.window.showInformationMessage(l10n.t('Taken back: Skein asks you again.'));
    },
  };
}

function itemOf(rule: PermissionRule, title: string | undefined): vscode.QuickPickItem & { readonly rule: PermissionRule } {
  const since = new Date(rule.created_at).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
  return {
    label: ruleLabel(rule),
    description: ruleReach(rule, title),
    detail: l10n.t('since {0}', since),
    iconPath: new vscode.ThemeIcon('shield'),
    rule,
  };
}

/** A rule that is gone can be made again only where the agent asks. */
async function confirm(rule: PermissionRule): Promise<boolean> {
  const revoke = { label: l10n.t('Take it back'), description: l10n.t('Skein asks you again'), iconPath: new vscode.ThemeIcon('trash') };
  const keep = { label: l10n.t('Keep it'), iconPath: new vscode.ThemeIcon('shield') };
  return (await vscode.window.showQuickPick([revoke, keep], { title: ruleLabel(rule), ...nextStep })) === revoke;
}
