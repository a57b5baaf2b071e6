/** A real agent program that the tests drive, and how it is set up to talk to the tests' own model server. */
export interface RealAgent {
  /** Its name in the catalogue. */
  readonly name: string;
  /** What its row in the README's table is called: the agent, and what it is driven through. */
  readonly title: string;
  /** Installs it, cached. Returns the folder that its program is in. */
  readonly install: () => Promise<string>;
  /** Writes what it reads at its start. Returns what it needs in the environment. */
  readonly prepare: (home: string, url: string) => Promise<Readonly<Record<string, string>>>;
  /** Starts what has to run beside it, in its environment. Returns what ends that. */
  readonly run?: (env: NodeJS.ProcessEnv) => Promise<() => Promise<void>>;
  /** What it does differently, each seen with the version that is installed. */
  readonly deviations?: Deviations;
}

/** What the scenario checks instead, where an agent cannot do as the others do. */
export interface Deviations {
  /** How an error of the model is told, by what happened; `undefined` where the agent goes on by itself. */
  readonly hints?: Partial<Record<ModelFailure, RegExp | 'goes on'>>;
  /** Set where a refusal ends the turn: the agent asks no model what to do next. */
  readonly refusalEndsTurn?: boolean;
  /** A prompt that has it write `some text` into a file with a tool that it asks for, where it asks for others than the usual one. */
  readonly order?: (file: string, home: string) => string;
  /** Set where a turn that the model failed ends without a word, as if it had ended well; the session does not go on at once. */
  readonly failuresUntold?: boolean;
}

export const modelFailures = ['401', '429', '500', 'overflow'] as const;
export type ModelFailure = (typeof modelFailures)[number];
