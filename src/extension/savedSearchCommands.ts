import * as vscode from 'vscode';
import { SessionError } from '../model/errors.js';
import { parseQuery } from '../model/sessionQuery.js';
import type { CommandParts } from './commandParts.js';
import type { CommandHandlers } from './commandTable.js';
import type { Folder } from './folder.js';
import { windowFolders } from './folders.js';
import { l10n } from './l10n.js';
import { nextStep } from './nextStep.js';
import { askQuery } from './queryInput.js';
import { deleteSavedSearch, renameSavedSearch, savedSearches, saveSearch } from './savedSearchSetting.js';
import { filterQuery } from './sessionFilter.js';
import type { SearchNode } from './treeModel.js';

type Names = 'saveSearch' | 'renameSavedSearch' | 'deleteSavedSearch';

/** Searches that are kept under a name. Deleting asks nothing first: it can be undone. */
export function savedSearchCommands({ list }: CommandParts): Pick<CommandHandlers, Names> {
  return {
    saveSearch: async (given) => {
      const query = typeof given === 'string' ? given : filterQuery(list.filter) || (await askQuery({ title: saveTitle(), value: '' }));
      if (query === undefined || query === '') return;
      parseQuery(query, Date.now());
      const name = await askName({ title: saveTitle(), value: query, prompt: l10n.t('Name for “{0}”', query), taken: replaces });
      if (name !== undefined) await saveSearch({ name, query });
    },
    renameSavedSearch: async (node) => {
      const title = l10n.t('Rename saved search');
      const chosen = await chooseSearch(node, title);
      if (!chosen) return;
      const { folder, name } = chosen;
      const to = await askName({ title, value: name, prompt: l10n.t('New name'), taken: (wanted) => isTaken(wanted, name) });
      if (to !== undefined && to !== name) await renameSavedSearch(folder, name, to);
    },
    deleteSavedSearch: async (node) => {
      const chosen = await chooseSearch(node, l10n.t('Delete saved search'));
      if (!chosen) return;
      const { folder, name, query } = chosen;
      const place = await deleteSavedSearch(folder, name);
      const undo = l10n.t('Undo');
      if ((await vscode.window.showInformationMessage(l10n.t('Deleted “{0}”.', name), undo)) === undo)
        await saveSearch({ name, query }, place);
    },
  };
}

const saveTitle = (): string => l10n.t('Save search');

const isKnown = (name: string): boolean => windowFolders().some((folder) => savedSearches(folder).some((search) => search.name === name));

function replaces(name: string): vscode.InputBoxValidationMessage | undefined {
  if (!isKnown(name)) return undefined;
  return {
    message: l10n.t('There is a saved search “{0}”: this one takes its place', name),
    severity: vscode.InputBoxValidationSeverity.Warning,
  };
}

function isTaken(name: string, now: string): vscode.InputBoxValidationMessage | undefined {
  if (name === now || !isKnown(name)) return undefined;
  return { message: l10n.t('There is a saved search “{0}”', name), severity: vscode.InputBoxValidationSeverity.Error };
}

interface NameQuestion {
  readonly title: string;
  readonly value: string;
  readonly prompt: string;
  /** What is to be said of a name that another has. */
  readonly taken: (name: string) => vscode.InputBoxValidationMessage | undefined;
}

/** `undefined` when the person changed their mind. */
async function askName({ taken, ...question }: NameQuestion): Promise<string | undefined> {
  const validateInput = (text: string): vscode.InputBoxValidationMessage | undefined =>
    text.trim() === '' ? { message: l10n.t('Write a name'), severity: vscode.InputBoxValidationSeverity.Error } : taken(text.trim());
  return (await vscode.window.showInputBox({ ...question, validateInput, ...nextStep }))?.trim();
}

interface ChosenSearch {
  readonly folder: Folder;
  readonly name: string;
  readonly query: string;
}

/** The search of the node, or, from the palette, the one that the person picks. */
async function chooseSearch(node: unknown, title: string): Promise<ChosenSearch | undefined> {
  if (isSearchNode(node)) return { folder: node.folder, name: node.search.name, query: node.search.query };
  const found = windowFolders().flatMap((folder) => savedSearches(folder).map((search) => ({ folder, ...search })));
  if (found.length === 0)
    throw new SessionError('not_found', l10n.t('There is no saved search yet'), { hint: l10n.t('save one from the search or the filter') });
  const items = [...new Map(found.map((chosen) => [chosen.name, { label: chosen.name, description: chosen.query, chosen }])).values()];
  return (await vscode.window.showQuickPick(items, { title, placeHolder: l10n.t('Choose a saved search') }))?.chosen;
}

const isSearchNode = (value: unknown): value is SearchNode =>
  typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'search';
