/** How the message begins that OpenClaw ends each request with: what it knows of its own state. */
export const internalContext = '<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>';

/** What a request asks, whatever the API. */
export interface Question {
  readonly model: string;
  readonly stream: boolean;
  /** The texts that came as the user's, oldest first. */
  readonly texts: readonly string[];
  /** The names of the tools that it offers. */
  readonly tools: readonly string[];
  /** What the tool said that the conversation ends with. */
  readonly result: string | undefined;
  /** The fields of the JSON that the answer is to be, where it is to be that. */
  readonly fields?: readonly string[] | undefined;
}

export type AnswerPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | { readonly type: 'tool'; readonly id: string; readonly name: string; readonly input: object };

export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly parts: readonly AnswerPart[];
  /** Tokens, about as many as a model would count. */
  readonly tokens: { readonly input: number; readonly output: number };
}

/** A server-sent event. `isWord` marks those that carry a piece of an answer. */
export interface ServerEvent {
  readonly name?: string;
  readonly data: object | '[DONE]';
  readonly isWord?: boolean;
}

/** An error as the API tells it: by status, or in the stream of an answer that had begun. */
export type Refusal = { readonly status: number; readonly body: object } | { readonly events: readonly ServerEvent[] };

/** A model API: how its requests are read and its answers written. */
export interface Dialect {
  readonly matches: (path: string) => boolean;
  readonly read: (body: unknown, path: string) => Question;
  readonly events: (answer: Answer) => readonly ServerEvent[];
  /** The answer to a request that wants no stream. */
  readonly whole: (answer: Answer) => object;
  readonly refusal: (why: number | 'overflow', id: string) => Refusal;
}

/** A text in pieces as small as a model's. */
export function piecesOf(text: string): string[] {
  return text.match(/[^]{1,12}/gu) ?? [];
}
