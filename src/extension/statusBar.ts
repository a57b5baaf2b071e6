import * as vscode from 'vscode';
import { l10n } from './l10n.js';
import type { SessionList } from './sessionList.js';
import { viewId } from './sessionsTree.js';
import type { Turns } from './turns.js';
import type { TurnState } from './turnTracker.js';

/** The running turns, of this window and of others where they are known; nothing while nothing runs. */
export function registerStatusBar(turns: Turns, list: SessionList): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('skein.turns', vscode.StatusBarAlignment.Left, 10);
  item.name = l10n.t('Skein: running turns');
  item.command = { command: `${viewId}.focus`, title: l10n.t('Show Sessions') };
  const update = (): void => {
    const states = new Map<string, TurnState>(list.all.flatMap(({ row }) => (row.running ? [[row.id, row.running.state] as const] : [])));
    for (const [id, state] of turns.all) states.set(id, state);
    const waiting = [...states.values()].filter((state) => state === 'waiting').length;
    const running = states.size - waiting;
    if (states.size === 0) {
      item.hide();
      return;
    }
    const words = [running > 0 ? l10n.t('{0} running', running) : '', waiting > 0 ? l10n.t('{0} waiting for you', waiting) : '']
      .filter((part) => part !== '')
      .join(', ');
    item.text = `${waiting > 0 ? '$(warning)' : '$(loading~spin)'} ${words}`;
    item.tooltip = l10n.t('Sessions: {0}', words);
    item.accessibilityInformation = { label: l10n.t('Sessions: {0}', words) };
    item.show();
  };
  update();
  return vscode.Disposable.from(item, turns.onChanged(update), list.onChanged(update));
}
