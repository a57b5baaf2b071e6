import type { CoreContext } from './context.js';
import type { GatheredRows } from './gatheredRows.js';
import { ContentUpdates } from './search/contentUpdates.js';

type ChangeListener = (ids: readonly string[]) => void;

/** Tells when sessions change, ours and other programs', and keeps what a search looks through up to date: from the first listener on. */
export class FolderChanges {
  readonly #context: CoreContext;
  readonly #listeners = new Set<ChangeListener>();
  #watching: { readonly stops: readonly (() => void)[]; readonly content: ContentUpdates } | undefined;

  constructor(context: CoreContext) {
    this.#context = context;
  }

  on(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    this.#watching ??= this.#watch();
    return () => this.#listeners.delete(listener);
  }

  /** The folder's sessions as they are now; `undefined` where nobody watches them. */
  gathered(): Promise<GatheredRows> | undefined {
    return this.#watching?.content.gathered();
  }

  async stop(): Promise<void> {
    for (const stop of this.#watching?.stops ?? []) stop();
    this.#listeners.clear();
    await this.#watching?.content.stop();
  }

  #watch() {
    const content = new ContentUpdates(this.#context);
    const tell = (ids: readonly string[]): void => {
      content.soon();
      for (const listener of this.#listeners) listener(ids);
    };
    const { store, sources } = this.#context;
    return { stops: [store.watch(tell), ...sources.map((source) => source.watch(() => tell([])))], content };
  }
}
