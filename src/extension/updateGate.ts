import type { TurnUpdate } from '../model/turn.js';

export interface NumberedUpdate {
  readonly id: string;
  readonly seq: number;
  readonly update: TurnUpdate;
}

/**
 * Holds the updates that arrive while a snapshot is asked for, and lets through those that the snapshot does not have:
 * posted before it they would be lost with what it replaces.
 */
export class UpdateGate {
  readonly #pass: (update: NumberedUpdate) => void;
  #held: NumberedUpdate[] = [];
  #closed = 0;

  constructor(pass: (update: NumberedUpdate) => void) {
    this.#pass = pass;
  }

  push(update: NumberedUpdate): void {
    if (this.#closed > 0) this.#held.push(update);
    else this.#pass(update);
  }

  /** Closes, asks, posts what came, then opens. `post` gives the snapshot's session and its last `seq`. */
  async during(post: () => Promise<{ readonly id: string; readonly seq: number } | undefined>): Promise<void> {
    this.#closed += 1;
    let shown: { readonly id: string; readonly seq: number } | undefined;
    try {
      shown = await post();
    } finally {
      this.#closed -= 1;
      const held = this.#held;
      if (this.#closed === 0) {
        this.#held = [];
        for (const update of held) if (!(shown?.id === update.id && update.seq <= shown.seq)) this.#pass(update);
      }
    }
  }
}
