import * as vscode from 'vscode';
import type { Problem } from '../model/row.js';
import { ageText, joined } from './amountText.js';
import { commandId } from './commandTable.js';
import { l10n } from './l10n.js';
import { rowAccessibilityLabel, rowContext, rowDescription, rowIcon, rowLabel, type RowIcon } from './rowText.js';
import { sessionUriParts } from './sessionUri.js';
import { isolated } from './textDirection.js';
import type { NoteNode, SearchNode, SessionNode, TreeNode } from './treeModel.js';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** What VS Code draws for a node. Tooltips of sessions are made when they are asked for. */
export function treeItem(node: TreeNode, now: number): vscode.TreeItem {
  const item = itemOf(node, now);
  item.id = node.id;
  return item;
}

function itemOf(node: TreeNode, now: number): vscode.TreeItem {
  switch (node.kind) {
    case 'folder': {
      const item = new vscode.TreeItem(node.folder.name, Expanded);
      return Object.assign(item, { iconPath: new vscode.ThemeIcon('root-folder'), tooltip: node.folder.path, contextValue: 'folder' });
    }
    case 'group': {
      const { label, icon, open, rows } = node.group;
      const item = new vscode.TreeItem(label, open ? Expanded : Collapsed);
      const count = sessionCount(rows.length);
      Object.assign(item, {
        description: String(rows.length),
        contextValue: 'group',
        accessibilityInformation: { label: `${label}, ${count}` },
      });
      return Object.assign(item, icon && { iconPath: themeIcon(icon) });
    }
    case 'search':
      return searchItem(node);
    case 'session':
      return sessionItem(node, now);
    case 'health': {
      const item = new vscode.TreeItem(l10n.t('Health'), Collapsed);
      const isWell = node.problems === 0;
      return Object.assign(item, {
        description: isWell ? l10n.t('ok') : problemCount(node.problems),
        iconPath: themeIcon(isWell ? { id: 'pulse' } : { id: 'pulse', color: 'list.warningForeground' }),
        contextValue: 'health',
      });
    }
    case 'source': {
      const { title, path, sessions, problems, readOnly } = node.health;
      const item = new vscode.TreeItem(title, node.children.length > 0 ? Collapsed : None);
      const state = problems.length === 0 ? l10n.t('ok') : problemCount(problems.length);
      return Object.assign(item, {
        description: joined([state, sessionCount(sessions)]),
        tooltip: [path, ...(readOnly === undefined ? [] : [readOnly])].join('\n'),
        iconPath: themeIcon(problems.length === 0 ? { id: 'pass' } : { id: 'warning', color: 'list.warningForeground' }),
        contextValue: 'source',
      });
    }
    case 'held': {
      const { title, holder } = node.held;
      const by = l10n.t('locked by {0} (pid {1} on {2})', holder.program, holder.pid, holder.host);
      const item = new vscode.TreeItem(title === '' ? l10n.t('New session') : title, None);
      return Object.assign(item, {
        description: joined([by, ageText(holder.started_at, now)]),
        tooltip: `${by}\n${holder.started_at}`,
        iconPath: new vscode.ThemeIcon('lock'),
        contextValue: 'held',
      });
    }
    case 'problem': {
      const { kind, detail, path } = node.problem;
      // A file is called by an id: what is wrong comes first, as the end is cut.
      const item = new vscode.TreeItem(problemTitle(kind), None);
      const command = { command: 'vscode.open', title: l10n.t('Open'), arguments: [vscode.Uri.file(path)] };
      return Object.assign(item, {
        description: joined([detail, path.split(/[\\/]/).at(-1) ?? path]),
        tooltip: `${path}\n${detail}`,
        iconPath: new vscode.ThemeIcon('warning'),
        contextValue: 'problem',
        command,
      });
    }
    case 'hidden':
    case 'failure':
    case 'wrongFilter':
    case 'stopped':
      return noteItem(node);
  }
}

const problemCount = (count: number): string => (count === 1 ? l10n.t('1 problem') : l10n.t('{0} problems', count));
const sessionCount = (count: number): string => (count === 1 ? l10n.t('1 session') : l10n.t('{0} sessions', count));

function problemTitle(kind: Problem['kind']): string {
  switch (kind) {
    case 'damaged':
      return l10n.t('Damaged');
    case 'salvaged':
      return l10n.t('Salvaged');
    case 'orphaned':
      return l10n.t('Incomplete');
    case 'newer':
      return l10n.t('Newer version');
    case 'unreadable':
      return l10n.t('Unreadable');
  }
}

function searchItem({ search: { name, query, rows, failure } }: SearchNode): vscode.TreeItem {
  const item = new vscode.TreeItem(name, rows && rows.length > 0 ? Collapsed : None);
  const said = failure ?? (rows ? sessionCount(rows.length) : l10n.t('being searched'));
  return Object.assign(item, {
    description: failure ?? (rows ? String(rows.length) : '…'),
    tooltip: `${query}\n${said}`,
    iconPath: themeIcon(failure === undefined ? { id: 'search' } : { id: 'error', color: 'list.errorForeground' }),
    contextValue: 'savedSearch',
    accessibilityInformation: { label: `${name}, ${l10n.t('saved search')}, ${said}` },
  });
}

function sessionItem({ row, folder, children }: SessionNode, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(isolated(rowLabel(row)), children.length > 0 ? Collapsed : None);
  return Object.assign(item, {
    description: rowDescription(row, now),
    iconPath: themeIcon(rowIcon(row)),
    contextValue: rowContext(row),
    resourceUri: vscode.Uri.from(sessionUriParts({ folder: folder.path, id: row.id }, '')),
    accessibilityInformation: { label: rowAccessibilityLabel(row, now) },
    command: { command: commandId('openSession'), title: l10n.t('Open'), arguments: [{ folder: folder.path, id: row.id, fromTree: true }] },
  });
}

function noteItem({ kind, count, text }: NoteNode): vscode.TreeItem {
  switch (kind) {
    case 'hidden': {
      const label = l10n.t('{0} hidden by the filter', count);
      return Object.assign(new vscode.TreeItem(label, None), { iconPath: new vscode.ThemeIcon('filter'), contextValue: 'hidden' });
    }
    case 'failure': {
      const command = { command: commandId('refresh'), title: l10n.t('Try Again') };
      const item = new vscode.TreeItem(l10n.t('The sessions could not be listed'), None);
      return Object.assign(item, {
        description: text,
        tooltip: text,
        iconPath: themeIcon({ id: 'error', color: 'list.errorForeground' }),
        contextValue: 'failure',
        command,
      });
    }
    case 'wrongFilter': {
      const command = { command: commandId('changeFilter'), title: l10n.t('Change Filter…') };
      return Object.assign(new vscode.TreeItem(l10n.t('The filter cannot be read'), None), {
        description: text,
        tooltip: text,
        iconPath: themeIcon({ id: 'error', color: 'list.errorForeground' }),
        contextValue: 'wrongFilter',
        command,
      });
    }
    case 'stopped': {
      const command = { command: commandId('restartServer'), title: l10n.t('Start Again') };
      const item = new vscode.TreeItem(l10n.t('The session server stopped'), None);
      const tooltip = l10n.t(
        'It ended five times in three minutes. The sessions are safe on disk. Click to start it again; the log says more.',
      );
      return Object.assign(item, {
        description: l10n.t('click to start it again'),
        tooltip,
        iconPath: themeIcon({ id: 'debug-disconnect', color: 'list.errorForeground' }),
        contextValue: 'stopped',
        command,
      });
    }
  }
}

const themeIcon = ({ id, color }: RowIcon): vscode.ThemeIcon =>
  color === undefined ? new vscode.ThemeIcon(id) : new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
