import * as vscode from 'vscode';
import { commandId, type CommandName } from './commandTable.js';
import { failureSentence, failureText } from './failureText.js';
import { l10n } from './l10n.js';

interface Button {
  readonly title: string;
  readonly command: string;
}

const ofCommand = (title: string, name: CommandName): Button => ({ title, command: commandId(name) });

/** The one place where an error becomes words on the screen: what happened, what to do, and a button that helps. */
export async function showFailure(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  const text = failureText(error);
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const buttons = [buttonFor(text.code), ofCommand(l10n.t('Show Log'), 'showLog')].filter((button) => button !== undefined);
  const chosen = await vscode.window.showErrorMessage(failureSentence(text), ...buttons);
  if (chosen) await vscode.commands.executeCommand(chosen.command);
}

function buttonFor(code: string): Button | undefined {
  switch (code) {
    case 'untrusted':
      return { title: l10n.t('Manage Trust'), command: 'workbench.trust.manage' };
    case 'agent_missing':
      return ofCommand(l10n.t('Install an Agent…'), 'installAgent');
    case 'damaged':
      return ofCommand(l10n.t('Run Doctor'), 'doctor');
    case 'interrupted':
      return ofCommand(l10n.t('Start Again'), 'restartServer');
    default:
      return undefined;
  }
}
