import type { SessionRow } from '../model/row.js';

/** A search that the person gave a name. */
export interface SavedSearch {
  readonly name: string;
  /** In the language of `model/sessionQuery`. */
  readonly query: string;
}

/** A saved search and what it finds right now. */
export interface FoundSearch extends SavedSearch {
  /** Last used first; `undefined` as long as that is not known. */
  readonly rows?: readonly SessionRow[] | undefined;
  /** What is wrong with its query, in words. */
  readonly failure?: string | undefined;
}

/** The searches in a setting's value, name by name in its order. People write settings by hand: what is no search is left out. */
export function savedSearchesOf(value: unknown): readonly SavedSearch[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, query]: [string, unknown]) =>
    typeof query === 'string' && query.trim() !== '' && name.trim() !== '' ? [{ name, query: query.trim() }] : [],
  );
}

/** As it is written in settings; `undefined` for none, so that no empty setting stays behind. */
export function settingOf(searches: readonly SavedSearch[]): Readonly<Record<string, string>> | undefined {
  return searches.length === 0 ? undefined : Object.fromEntries(searches.map(({ name, query }) => [name, query]));
}

/** With this search: in the place of the one of that name, else as the last. */
export function withSearch(searches: readonly SavedSearch[], search: SavedSearch): readonly SavedSearch[] {
  if (!searches.some(({ name }) => name === search.name)) return [...searches, search];
  return searches.map((one) => (one.name === search.name ? search : one));
}

export const withoutSearch = (searches: readonly SavedSearch[], name: string): readonly SavedSearch[] =>
  searches.filter((search) => search.name !== name);

/** Under its new name, in the same place. */
export const withNewName = (searches: readonly SavedSearch[], name: string, to: string): readonly SavedSearch[] =>
  searches.map((search) => (search.name === name ? { ...search, name: to } : search));
