import type { ContentTerm } from '../../model/splitQuery.js';
import type { SessionRow } from '../../model/row.js';
import type { EntryText } from '../../search/entryText.js';
import type { GatheredRows } from '../gatheredRows.js';

/** Finds sessions by what was said in them, ours and other programs'. */
export interface ContentSearch {
  /** For each term, how many entries of each row match it. A row of which none does is missing. */
  find(gathered: GatheredRows, terms: readonly ContentTerm[]): Promise<readonly ReadonlyMap<string, number>[]>;
  /** The entries of a session that match, those that match all terms first. Its title, prompt and tags are one with an empty id. */
  entries(row: SessionRow, terms: readonly ContentTerm[], limit: number): Promise<readonly EntryText[]>;
  /** Brings what is derived up to date, so that the next search need not; as far as it came when `signal` tells it to stop. */
  update(gathered: GatheredRows, signal?: AbortSignal): Promise<void>;
  close(): void;
}
