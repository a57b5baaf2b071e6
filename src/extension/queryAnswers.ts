import { Rounds } from './rounds.js';
import type { QueryAnswer } from './sessionFilter.js';

export interface QueryAnswersOptions {
  /** Rejects where nothing is wrong with the query, but nobody can answer. */
  readonly ask: (folder: string, query: string) => Promise<QueryAnswer>;
  readonly queriesOf: (folder: string) => readonly string[];
  /** Told why nobody answered; what was known stays. */
  readonly failed: (error: unknown) => void;
}

/** What standing queries find, by folder. In rounds: a search over a long history can take longer than the pause between two changes. */
export class QueryAnswers {
  readonly #options: QueryAnswersOptions;
  readonly #answers = new Map<string, ReadonlyMap<string, QueryAnswer>>();
  readonly #rounds = new Rounds((folder) => this.#ask(folder));

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

  /** Asks all queries of a folder. Ends with answers to what was asked after this was called; never rejects. */
  refresh(folder: string): Promise<void> {
    return this.#rounds.run(folder);
  }

  async #ask(folder: string): Promise<void> {
    const { ask, queriesOf, failed } = this.#options;
    try {
      const queries = [...new Set(queriesOf(folder))];
      const answers = await Promise.all(queries.map(async (query) => [query, await ask(folder, query)] as const));
      this.#answers.set(folder, new Map(answers));
    } catch (error) {
      failed(error);
    }
  }
}
