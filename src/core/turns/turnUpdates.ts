import type { TurnUpdate } from '../../model/turn.js';
import type { TurnListener } from '../workspace.js';

/** Tells listeners what happens in turns, those of this process and those it follows, with one rising number over all of them. */
export class TurnUpdates {
  readonly #listeners = new Set<TurnListener>();
  /** The last number given: nothing needs to be remembered of a session that rests. */
  #seq = 0;

  get seq(): number {
    return this.#seq;
  }

  /** Whether anybody listens. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  on(listener: TurnListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#listeners.clear();
  }

  tell(id: string, update: TurnUpdate): void {
    this.#seq += 1;
    for (const listener of this.#listeners) listener(id, this.#seq, update);
  }
}
