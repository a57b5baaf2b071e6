import { messageOf } from '../../model/errors.js';
import type { CoreContext } from '../context.js';
import { gatherRows } from '../gatherRows.js';
import type { GatheredRows } from '../gatheredRows.js';

/** So long the start of a window is left alone. */
const firstMs = 2_000;
/** Changes come in swarms, a search right after one brings itself up to date. */
const restMs = 300;
/** A store that takes long to look through is left alone for so many times as long: turns run meanwhile. */
const restShare = 20;
const mostRestMs = 10_000;

/** Keeps what a search looks through up to date in the background, so that a search need not wait for it. Stop it when done. */
export class ContentUpdates {
  readonly #context: CoreContext;
  #gathered: Promise<GatheredRows> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** How long the last update took, in milliseconds. */
  #took = 0;
  #running: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();

  constructor(context: CoreContext) {
    this.#context = context;
    this.#plan(firstMs);
  }

  /** The sessions of the folder: read again when something changed since. */
  gathered(): Promise<GatheredRows> {
    this.#gathered ??= gatherRows(this.#context, 'folder').catch((error: unknown) => {
      this.#gathered = undefined;
      throw error;
    });
    return this.#gathered;
  }

  /** Something changed. */
  soon(): void {
    this.#gathered = undefined;
    if (this.#timer === undefined) this.#plan(Math.max(restMs, Math.min(restShare * this.#took, mostRestMs)));
  }

  /** Resolves when what was under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #plan(ms: number): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#running.then(() => this.#update());
    }, ms).unref();
  }

  async #update(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { logger, content } = this.#context;
    const start = performance.now();
    try {
      await (await content()).update(await this.gathered(), this.#stop.signal);
    } catch (error) {
      // The next change, or the next search, tries again.
      logger.warn(`the search is not up to date: ${messageOf(error)}`);
    }
    this.#took = performance.now() - start;
  }
}
