import * as vscode from 'vscode';
import type { Folder } from './folder.js';
import { withoutSearch, savedSearchesOf, settingOf, withNewName, withSearch, type SavedSearch } from './savedSearch.js';

/**
 * Saved searches are a setting and not hidden state: so a project's settings.json shares them with everybody who works in
 * it, a person's own are in every window and are synchronised, and all can be read and put in order by hand. VS Code joins
 * those of the person, the workspace and the folder; where a name is in several, the innermost counts.
 */
const key = 'savedSearches';
export const savedSearchesSetting = `skein.${key}`;

const configuration = (folder?: Folder): vscode.WorkspaceConfiguration =>
  vscode.workspace.getConfiguration('skein', folder && vscode.Uri.file(folder.path));

/** Those that a folder's tree shows. */
export const savedSearches = (folder: Folder): readonly SavedSearch[] => savedSearchesOf(configuration(folder).get(key));

/** Keeps a search where `place` says; new ones with the workspace. */
export async function saveSearch(
  search: SavedSearch,
  place: SearchPlace = { target: vscode.ConfigurationTarget.Workspace },
): Promise<void> {
  await write(place, withSearch(read(place), search));
}

/** Gives where it was, for it to be put back. */
export async function deleteSavedSearch(folder: Folder, name: string): Promise<SearchPlace> {
  const place = placeOf(folder, name);
  await write(place, withoutSearch(read(place), name));
  return place;
}

export async function renameSavedSearch(folder: Folder, name: string, to: string): Promise<void> {
  const place = placeOf(folder, name);
  await write(place, withNewName(read(place), name, to));
}

/** Which of the settings.json files. */
export interface SearchPlace {
  readonly target: vscode.ConfigurationTarget;
  readonly folder?: Folder;
}

/** The innermost settings that have a search of that name. */
function placeOf(folder: Folder, name: string): SearchPlace {
  const { WorkspaceFolder, Workspace, Global } = vscode.ConfigurationTarget;
  const places: readonly SearchPlace[] = [{ target: WorkspaceFolder, folder }, { target: Workspace }];
  return places.find((place) => read(place).some((search) => search.name === name)) ?? { target: Global };
}

function read({ target, folder }: SearchPlace): readonly SavedSearch[] {
  const found = configuration(folder).inspect(key);
  switch (target) {
    case vscode.ConfigurationTarget.Global:
      return savedSearchesOf(found?.globalValue);
    case vscode.ConfigurationTarget.Workspace:
      return savedSearchesOf(found?.workspaceValue);
    case vscode.ConfigurationTarget.WorkspaceFolder:
      return savedSearchesOf(found?.workspaceFolderValue);
  }
}

async function write({ target, folder }: SearchPlace, searches: readonly SavedSearch[]): Promise<void> {
  await configuration(folder).update(key, settingOf(searches), target);
}
