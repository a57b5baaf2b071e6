import * as vscode from 'vscode';
import { commandId } from './commandTable.js';
import { failureSentence } from './failureText.js';
import { l10n } from './l10n.js';
import { queryProblem } from './typedQuery.js';

/** An example of each kind of term: what can be written, without a manual. */
export const queryExamples = 'tag:auth  "token refresh"  backend:claude,codex  after:7d  cost:>1  -is:fork';

/** Saves what is written instead of using it once. */
export const saveButton = (): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon('save'),
  tooltip: l10n.t('Save Search…'),
});

/** Keeps a query under a name; by the command, which tells what goes wrong. */
export const saveQuery = (query: string): Thenable<unknown> => vscode.commands.executeCommand(commandId('saveSearch'), query);

interface QueryInputOptions {
  readonly title: string;
  readonly value: string;
  readonly buttons?: readonly vscode.QuickInputButton[];
  readonly ignoreFocusOut?: boolean;
}

/**
 * Asks for a query, and says as one types what is wrong with it: such a one is not accepted. Gives it trimmed, empty for
 * none; `undefined` when the person changed their mind, or saved it.
 */
export function askQuery({ title, value, buttons = [], ignoreFocusOut = false }: QueryInputOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    const input = vscode.window.createInputBox();
    const check = (): boolean => {
      const problem = queryProblem(input.value);
      input.validationMessage = problem && failureSentence(problem);
      return problem === undefined;
    };
    Object.assign(input, { title, value, buttons, ignoreFocusOut, placeholder: queryExamples });
    input.prompt = l10n.t('Words, "phrases" and fields, with - for not. For example: {0}', queryExamples);
    input.onDidChangeValue(check);
    input.onDidTriggerButton(() => {
      const query = input.value.trim();
      if (!check() || query === '') return;
      input.hide();
      void saveQuery(query);
    });
    input.onDidAccept(() => {
      if (!check()) return;
      resolve(input.value.trim());
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    check();
    input.show();
  });
}
