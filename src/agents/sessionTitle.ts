import { setTimeout as delay } from 'node:timers/promises';
import type { LateTitle } from './agent.js';

/** How long after the first turn an agent is given to come up with a title, before it is ended. */
const titleMs = 250;

/** A turn that a title is told to. */
interface Told {
  title(text: string): void;
}

/** The title that an agent gives a session: told to the turn that runs, else to whoever listens, else to the next turn. */
export class SessionTitle implements LateTitle {
  readonly #isAwaited: () => boolean;
  #text: string | undefined;
  #told = false;
  #listener: ((title: string) => void) | undefined;
  #deadline: number | undefined;

  /** @param isAwaited whether the agent can still come up with the first one: the session is new, and the agent lives. */
  constructor(isAwaited: () => boolean) {
    this.#isAwaited = isAwaited;
  }

  take(text: string, turn: Told | undefined): void {
    if (this.#text === text && this.#told) return;
    this.#text = text;
    this.#told = false;
    this.#tell(turn);
  }

  begin(turn: Told): void {
    this.#tell(turn);
  }

  ended(): void {
    this.#deadline ??= Date.now() + titleMs;
  }

  listen(listener: (title: string) => void): void {
    this.#listener = listener;
    this.#tell(undefined);
  }

  async come(): Promise<void> {
    while (this.#text === undefined && this.#isAwaited() && Date.now() < (this.#deadline ?? 0)) await delay(10);
  }

  #tell(turn: Told | undefined): void {
    if (this.#told || this.#text === undefined) return;
    this.#told = turn !== undefined || this.#listener !== undefined;
    if (turn) turn.title(this.#text);
    else this.#listener?.(this.#text);
  }
}
