/** How often the server may end by itself before we stop starting it again: five times in three minutes. */
const limit = 5;
const windowMs = 3 * 60_000;

/** Counts restarts. `take` says whether one more is fine, after how many milliseconds, or `undefined` for no more. */
export class RestartBudget {
  #taken: number[] = [];

  take(now: number): number | undefined {
    this.#taken = this.#taken.filter((time) => now - time < windowMs);
    if (this.#taken.length >= limit) return undefined;
    this.#taken.push(now);
    // The first at once; a server that keeps ending is given some time.
    return this.#taken.length === 1 ? 0 : 250 * 2 ** (this.#taken.length - 2);
  }

  reset(): void {
    this.#taken = [];
  }
}
