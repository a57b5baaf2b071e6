import type { QueryAnswer } from './sessionFilter.js';

interface Round {
  again: boolean;
  done: Promise<void>;
}

export interface QueryAnswersOptions {
  /** Rejects where nothing is wrong with the query, but nobody can answer. */
  readonly ask: (folder: string, query: string) => Promise<QueryAnswer>;
  readonly queriesOf: (folder: string) => readonly string[];
  /** Told why nobody answered; what was known stays. */
  readonly failed: (error: unknown) => void;
}

/**
 * What standing queries find, by folder. One round of questions at a time: a search over a long history can take longer
 * than the pause between two changes, and must neither pile up nor be overtaken by an older answer.
 */
export class QueryAnswers {
  readonly #options: QueryAnswersOptions;
  readonly #answers = new Map<string, ReadonlyMap<string, QueryAnswer>>();
  readonly #rounds = new Map<string, Round>();

  constructor(options: QueryAnswersOptions) {
    this.#options = options;
  }

  /** `undefined` as long as it was not answered. */
  get(folder: string, query: string): QueryAnswer | undefined {
    return this.#answers.get(folder)?.get(query);
  }

  /** Everything that a folder's queries find. */
  all(folder: string): readonly QueryAnswer[] {
    return [...(this.#answers.get(folder)?.values() ?? [])];
  }

  /** Asks all queries of a folder; while they are being asked, once more after it. Ends with the last answer, never rejects. */
  refresh(folder: string): Promise<void> {
    const running = this.#rounds.get(folder);
    if (running) {
      running.again = true;
      return running.done;
    }
    const round: Round = { again: true, done: Promise.resolve() };
    this.#rounds.set(folder, round);
    round.done = this.#run(folder, round);
    return round.done;
  }

  async #run(folder: string, round: Round): Promise<void> {
    const { ask, queriesOf, failed } = this.#options;
    try {
      while (round.again) {
        round.again = false;
        const queries = [...new Set(queriesOf(folder))];
        const answers = await Promise.all(queries.map(async (query) => [query, await ask(folder, query)] as const));
        this.#answers.set(folder, new Map(answers));
      }
    } catch (error) {
      failed(error);
    } finally {
      this.#rounds.delete(folder);
    }
  }
}
