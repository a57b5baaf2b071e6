import type { AgentUpdate } from './agent.js';

/** Characters of text and thoughts that are taken in a turn: many times what models say in one, and no more than memory bears. */
const maxSaid = 16 << 20;

/** What an agent that said more is killed for. */
export const tooManyWords = '(more words in a turn than any model says)';

/** Counts what an agent says in a turn. */
export class TurnWords {
  #said = 0;

  /** Whether it said more than is taken; the rest is left out. */
  get full(): boolean {
    return this.#said > maxSaid;
  }

  count(characters: number): void {
    this.#said += characters;
  }

  /** Counts the update; whether it is still to be taken. */
  take(update: AgentUpdate): boolean {
    if (update.kind === 'text' || update.kind === 'thinking') this.count(update.delta.length);
    return !this.full;
  }
}
