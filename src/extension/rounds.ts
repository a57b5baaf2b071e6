interface Running {
  readonly done: Promise<void>;
  /** The one that begins when it has ended. */
  next?: Promise<void>;
}

/**
 * Work that reads what is now, by key: one round at a time, and at most one more after it for all who ask meanwhile. So a
 * slow one neither piles up nor is overtaken by an older one.
 */
export class Rounds {
  readonly #work: (key: string) => Promise<void>;
  readonly #running = new Map<string, Running>();

  constructor(work: (key: string) => Promise<void>) {
    this.#work = work;
  }

  /** Ends as the round does that began after this was called. */
  run(key: string): Promise<void> {
    const running = this.#running.get(key);
    if (!running) return this.#begin(key);
    const begin = (): Promise<void> => this.#begin(key);
    return (running.next ??= running.done.then(begin, begin));
  }

  #begin(key: string): Promise<void> {
    const done = this.#work(key).finally(() => {
      if (this.#running.get(key)?.next === undefined) this.#running.delete(key);
    });
    this.#running.set(key, { done });
    return done;
  }
}
