import type { TurnUpdate } from '../model/turn.js';

export type TurnState = 'running' | 'waiting';

/** What happened to a turn that the person may want to hear of. */
export interface TurnNotice {
  readonly kind: 'waiting' | 'finished' | 'failed';
  /** What is asked for, or what went wrong. */
  readonly detail: string;
}

/** Follows the turns that this window runs by their updates. */
export class TurnTracker {
  readonly #turns = new Map<string, TurnState>();

  /** Sessions with a turn, and whether it waits for the person. */
  get turns(): ReadonlyMap<string, TurnState> {
    return this.#turns;
  }

  /** Takes an update in; gives what is worth a notification. A turn that the person stopped is not. */
  update(id: string, update: TurnUpdate): TurnNotice | undefined {
    switch (update.kind) {
      case 'permission':
        this.#turns.set(id, 'waiting');
        return { kind: 'waiting', detail: update.request.title };
      case 'ended':
        this.#turns.delete(id);
        if (update.error) return { kind: 'failed', detail: update.error.message };
        return update.stop_reason === 'cancelled' || update.stop_reason === 'interrupted' ? undefined : { kind: 'finished', detail: '' };
      case 'queue':
        // Comes at rest too.
        return undefined;
      default:
        // Text may stream on while one of several requests waits.
        if (update.kind === 'permission_done' || !this.#turns.has(id)) this.#turns.set(id, 'running');
        return undefined;
    }
  }

  /** The server is gone, its turns with it. */
  clear(): void {
    this.#turns.clear();
  }
}
