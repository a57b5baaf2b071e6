import * as vscode from 'vscode';
import type { SearchHit } from '../model/report.js';
import { textStart } from '../model/textStart.js';
import { failureSentence, failureText, type FailureText } from './failureText.js';
import { l10n } from './l10n.js';
import { queryExamples, saveButton, saveQuery } from './queryInput.js';
import { sessionItem, type Target } from './sessionPick.js';
import { queryProblem } from './typedQuery.js';

/** A search that starts with each key stroke would be out of date before it ends. */
const typingMs = 150;

export interface FoundHit {
  readonly target: Target;
  readonly hit: SearchHit;
}

export interface SearchPickOptions {
  readonly find: (query: string, token: vscode.CancellationToken) => Promise<readonly FoundHit[]>;
  readonly open: (found: FoundHit) => void;
  /** What is looked for at first. */
  readonly text: string;
}

/** All that is in the list: what was found, or why nothing was looked for. */
interface SearchItem extends vscode.QuickPickItem {
  readonly found?: FoundHit;
}

/** Results as one types, over titles, prompts and transcripts. */
export function openSearchPick({ find, open, text }: SearchPickOptions): void {
  const pick = vscode.window.createQuickPick<SearchItem>();
  pick.title = l10n.t('Search sessions');
  pick.placeholder = l10n.t('Words said anywhere, or fields: {0}', queryExamples);
  pick.buttons = [saveButton()];
  let running: vscode.CancellationTokenSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const itemsFor = async (query: string, token: vscode.CancellationToken): Promise<readonly SearchItem[]> => {
    if (query === '') return [];
    const problem = queryProblem(query);
    return problem ? [problemItem(problem)] : (await find(query, token)).map(hitItem);
  };
  const run = async (query: string): Promise<void> => {
    running?.cancel();
    const source = new vscode.CancellationTokenSource();
    running = source;
    pick.busy = true;
    try {
      const items = await itemsFor(query.trim(), source.token);
      if (running === source) pick.items = items;
    } catch (error) {
      if (running === source && !source.token.isCancellationRequested) pick.items = [problemItem(failureText(error))];
    } finally {
      if (running === source) pick.busy = false;
      source.dispose();
    }
  };
  pick.onDidChangeValue((query) => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(query), typingMs);
  });
  pick.onDidAccept(() => {
    const found = pick.selectedItems[0]?.found;
    if (!found) return;
    pick.hide();
    open(found);
  });
  pick.onDidTriggerButton(() => {
    const query = pick.value.trim();
    const problem = queryProblem(query);
    if (problem) pick.items = [problemItem(problem)];
    if (problem || query === '') return;
    pick.hide();
    void saveQuery(query);
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    running?.cancel();
    pick.dispose();
  });
  pick.value = text;
  if (text !== '') void run(text);
  pick.show();
}

/** The line that matched, under its session. Always shown: VS Code would filter again, by the label alone. */
function hitItem(found: FoundHit): SearchItem {
  return { ...sessionItem(found.target, textStart(found.hit.line.replace(/\s+/g, ' ').trim(), 200)), alwaysShow: true, found };
}

function problemItem({ message, hint }: FailureText): SearchItem {
  const said = {
    label: failureSentence({ message, hint: undefined, code: '' }),
    iconPath: new vscode.ThemeIcon('error'),
    alwaysShow: true,
  };
  return hint === undefined ? said : { ...said, detail: failureSentence({ message: hint, hint: undefined, code: '' }) };
}
