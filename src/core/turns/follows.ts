import type { Holder } from '../../model/row.js';
import type { CoreContext } from '../context.js';
import { Follow } from './follow.js';
import type { TurnUpdates } from './turnUpdates.js';

export type LeaseListener = (id: string, holder: Holder | undefined) => void;

/** The sessions that are followed here, each once, until its turns are over. */
export class Follows {
  readonly #context: CoreContext;
  readonly #updates: TurnUpdates;
  readonly #leased: LeaseListener;
  readonly #follows = new Map<string, Promise<Follow | undefined>>();

  constructor(context: CoreContext, updates: TurnUpdates, leased: LeaseListener) {
    this.#context = context;
    this.#updates = updates;
    this.#leased = leased;
  }

  /** The follow of a session that another process runs; `undefined` where none does. */
  get(id: string): Promise<Follow | undefined> {
    const known = this.#follows.get(id);
    if (known) return known;
    const begun = this.#begin(id);
    this.#follows.set(id, begun);
    return begun;
  }

  /** Looks at once at a session that is followed; when nobody else runs it any more, it is not followed any more. */
  async look(id: string): Promise<void> {
    const follow = await this.#follows.get(id)?.catch(() => undefined); // told to whoever follows it
    await follow?.look();
  }

  async dispose(): Promise<void> {
    const all = [...this.#follows.values()];
    this.#follows.clear();
    for (const follow of all) (await follow.catch(() => undefined))?.stop();
  }

  async #begin(id: string): Promise<Follow | undefined> {
    const forget = (): void => void this.#follows.delete(id);
    try {
      const { store, logger } = this.#context;
      const tell = this.#updates.tell.bind(this.#updates, id);
      const follow = await Follow.begin(store, id, { tell, logger, leased: (holder) => this.#leased(id, holder) });
      if (follow) void follow.done.then(forget);
      else forget();
      return follow;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
