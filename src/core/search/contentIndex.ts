import { setImmediate as breathe } from 'node:timers/promises';
import { messageOf } from '../../model/errors.js';
import type { ContentTerm } from '../../model/splitQuery.js';
import { sortRows } from '../../model/filterRows.js';
import type { SessionRow } from '../../model/row.js';
import type { EntryText } from '../../search/entryText.js';
import type { SearchIndex } from '../../search/searchIndex.js';
import type { ContentSearch } from './contentSearch.js';
import { ownSource, type CoreContext } from '../context.js';
import type { GatheredRows } from '../gatheredRows.js';
import { contentKey, rowText, sessionTexts, type SessionPlaces } from './sessionTexts.js';

/**
 * Characters written in one transaction: short enough for another window to wait for; and where nobody waits for the whole, short
 * enough for what else this process does, such as a turn that streams.
 */
const batchSize = { awaited: 4_000_000, background: 100_000 };
/** How long transcripts are read in the background before others have their turn, in milliseconds. */
const sliceMs = 5;

/** Content search by the derived index: an update reads only the sessions that changed since they were indexed. */
export class ContentIndex implements ContentSearch {
  readonly #context: SessionPlaces & Pick<CoreContext, 'logger'>;
  readonly #index: SearchIndex;
  #updating: Promise<void> = Promise.resolve();
  /** What the index is up to date with. */
  #current: GatheredRows | undefined;

  constructor(context: SessionPlaces & Pick<CoreContext, 'logger'>, index: SearchIndex) {
    this.#context = context;
    this.#index = index;
  }

  async find(gathered: GatheredRows, terms: readonly ContentTerm[]): Promise<readonly ReadonlyMap<string, number>[]> {
    await this.update(gathered);
    return terms.map((term) => this.#index.find(term));
  }

  entries(row: SessionRow, terms: readonly ContentTerm[], limit: number): Promise<readonly EntryText[]> {
    return Promise.resolve(this.#index.entries(contentKey(row), terms, limit));
  }

  update(gathered: GatheredRows, signal?: AbortSignal): Promise<void> {
    // One after the other: the second finds done what the first did.
    const next = this.#updating.then(() => this.#update(gathered, signal));
    this.#updating = next.catch(() => undefined);
    return next;
  }

  close(): void {
    this.#index.close();
  }

  async #update(gathered: GatheredRows, signal?: AbortSignal): Promise<void> {
    if (gathered === this.#current && this.#index.isThere()) return;
    const { rows, stamps } = gathered;
    const { store } = this.#context;
    const states = await store.states();
    const known = this.#index.stamps();
    const isOurs = (row: SessionRow): boolean => row.source === ownSource && row.path === store.root;
    const stampOf = (row: SessionRow): string => {
      const { text } = rowText(row);
      return `${(isOurs(row) ? states.get(row.id) : stamps.get(row.id)) ?? row.last_used} ${text}`;
    };
    const changed = rows
      .map((row) => ({ row, key: contentKey(row), stamp: stampOf(row) }))
      .filter(({ key, stamp }) => known.get(key) !== stamp);
    // What was used last is what one looks for first.
    const order = new Map(sortRows(changed.map(({ row }) => row)).map((row, place) => [row, place]));
    changed.sort((a, b) => (order.get(a.row) ?? 0) - (order.get(b.row) ?? 0));
    let batch: { readonly key: string; readonly stamp: string; readonly texts: readonly EntryText[] }[] = [];
    let size = 0;
    const write = async (): Promise<void> => {
      this.#index.put(batch);
      [batch, size] = [[], 0];
      await breathe();
    };
    const most = signal ? batchSize.background : batchSize.awaited;
    let since = performance.now();
    for (const { row, key, stamp } of changed) {
      if (signal && performance.now() - since > sliceMs) {
        await breathe();
        since = performance.now();
      }
      if (signal?.aborted === true) return;
      const texts = await this.#textsOf(row);
      batch.push({ key, stamp, texts });
      for (const { text } of texts) size += text.length;
      if (size >= most) await write();
    }
    if (batch.length > 0) await write();
    const prefix = `${store.root}\t`;
    this.#index.drop([...known.keys()].filter((key) => key.startsWith(prefix) && !states.has(key.slice(prefix.length))));
    this.#current = gathered;
  }

  async #textsOf(row: SessionRow): Promise<readonly EntryText[]> {
    try {
      return await sessionTexts(this.#context, row);
    } catch (error) {
      // A transcript that cannot be read is doctor's business: the session is found by its row all the same.
      this.#context.logger.debug(`session ${row.id} could not be read for the search: ${messageOf(error)}`);
      return [rowText(row)];
    }
  }
}
