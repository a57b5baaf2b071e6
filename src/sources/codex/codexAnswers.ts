import type { EntryOf } from '../../model/entry.js';
import { addTokens, noTokens, type TokenUsage } from '../../model/usage.js';

type Message = EntryOf<'message'>;

/**
 * Gives each answer of the model what it used, which is told after it. What an answer without a text used is counted at the
 * next one that has a text, so that the sum is right.
 */
export class CodexAnswers {
  #waiting: Message | undefined;
  #pending: TokenUsage = noTokens;

  /** Whether something was used that no answer has yet. */
  get isPending(): boolean {
    return this.#pending.total > 0;
  }

  /** What is told next belongs to this answer. */
  said(answer: Message): void {
    this.#waiting = answer;
    addUsage(answer, this.#pending);
    this.#pending = noTokens;
  }

  used(tokens: TokenUsage): void {
    if (this.#waiting) addUsage(this.#waiting, tokens);
    else this.#pending = addTokens(this.#pending, tokens);
    this.#waiting = undefined;
  }

  /** Another message came: what is told next is not of the answer before it. */
  close(): void {
    this.#waiting = undefined;
  }

  /** An answer is no part of the conversation after all. */
  withdraw(answer: Message): void {
    this.#pending = addTokens(this.#pending, answer.inherited?.usage ?? answer.usage ?? noTokens);
    this.#waiting = undefined;
  }
}

function addUsage(message: Message, tokens: TokenUsage): void {
  if (tokens.total === 0) return;
  if (message.inherited) message.inherited = { ...message.inherited, usage: addTokens(message.inherited.usage, tokens) };
  else message.usage = addTokens(message.usage ?? noTokens, tokens);
}
