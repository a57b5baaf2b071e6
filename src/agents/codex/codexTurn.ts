import * as z from 'zod';
import type { Logger } from '../../model/logger.js';
import { keptTitle } from '../../model/toolTitle.js';
import type { TurnHooks, TurnResult } from '../agent.js';
import { askPerson } from '../askedPerson.js';
import { TurnWords } from '../turnWords.js';
import { codexFailure } from './codexFailure.js';
import { codexEvents, codexQuestionSchema } from './codexMessages.js';
import { codexOptions, codexQuestions, type CodexChoice } from './codexQuestion.js';
import { CodexUpdates } from './codexUpdates.js';

export interface CodexTurnOptions {
  readonly title: string;
  readonly hooks: TurnHooks;
  readonly logger: Logger;
}

/** What a message that is kept back counts at least, in characters, however little it says. */
const leastEarly = 1024;

/** A turn under way: hands on what the program sends, in its order, asks the person, and tells how it ended. */
export class CodexTurn {
  /** Rejects with `agent_failed` where the model failed. */
  readonly ended: Promise<'end_turn' | 'cancelled'>;
  readonly #options: CodexTurnOptions;
  readonly #updates = new CodexUpdates();
  #end: (reason: 'end_turn' | 'cancelled') => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #id: string | undefined;
  /** What came before we knew which turn is ours: a resumed thread still tells of its last one. */
  #early: (readonly [method: string, params: Readonly<Record<string, unknown>>])[] = [];
  #words = new TurnWords();
  #asked = 0;
  #waiting = 0;

  constructor(options: CodexTurnOptions) {
    this.#options = options;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    // Whoever waits for the end hears of it; a turn that could not begin has nobody who does.
    this.ended.catch(() => undefined);
  }

  /** Whether it is the program's right to be silent: the person is asked, or a tool runs. */
  get waits(): boolean {
    return this.#waiting > 0 || this.#updates.unfinished('failed').length > 0;
  }

  /** The program's id of it, once it is known. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Whether the program said more than is taken, before we knew which turn is ours or in it; the rest is left out. */
  get full(): boolean {
    return this.#words.full;
  }

  begin(id: string): void {
    this.#id = id;
    this.#words = new TurnWords();
    for (const [method, params] of this.#early) this.event(method, params);
    this.#early = [];
  }

  event(method: string, params: Readonly<Record<string, unknown>>): void {
    if (this.#id === undefined) {
      this.#words.count(leastEarly + JSON.stringify(params).length);
      if (!this.full) this.#early.push([method, params]);
      return;
    }
    const { turnId } = params;
    if (typeof turnId === 'string' && turnId !== this.#id) return;
    this.#understand(method, () => this.#take(method, params));
  }

  #take(method: string, params: Readonly<Record<string, unknown>>): void {
    if (method === 'turn/completed') {
      const { id, status, error } = codexEvents[method].parse(params).turn;
      if (id !== this.#id) return;
      if (status === 'failed') this.#fail(codexFailure(this.#options.title, error ?? { message: 'it did not say which' }));
      else this.#end(status === 'interrupted' ? 'cancelled' : 'end_turn');
      return;
    }
    for (const update of this.#updates.map(method, params)) if (this.#words.take(update)) this.#options.hooks.update(update);
  }

  notice(text: string): void {
    this.#options.hooks.update({ kind: 'notice', level: 'warning', text });
  }

  title(title: string): void {
    this.#options.hooks.update({ kind: 'title', title });
  }

  /** Shows the call and asks. `undefined` for a question of a kind that we have no answer to. */
  async question(method: string, params: Readonly<Record<string, unknown>>): Promise<object | undefined> {
    const asking = codexQuestions.get(method);
    if (!asking) return undefined;
    const question = this.#understand(method, () => codexQuestionSchema.parse(params));
    if (!question) return undefined;
    const { hooks } = this.#options;
    this.#asked += 1;
    const title = keptTitle(asking.title(question));
    const call = this.#updates.asked(question.itemId ?? `question:${this.#asked}`, title);
    hooks.update({ kind: 'tool', call });
    const request = { id: `${call.id}:${this.#asked}`, title: call.title, call, options: codexOptions(asking) };
    this.#waiting += 1;
    const choice = await this.#ask(request);
    this.#waiting -= 1;
    if (!hooks.signal.aborted && (choice === 'reject' || choice === 'cancel')) this.#updates.deny(call.id);
    return asking.answer(choice, question);
  }

  result(stop_reason: 'end_turn' | 'cancelled', model: string | undefined): TurnResult {
    if (stop_reason === 'cancelled') this.close('cancelled');
    return { stop_reason, usage: this.#updates.usage, model: this.#updates.model ?? model };
  }

  /** Ends the calls that the turn leaves open. */
  close(status: 'cancelled' | 'failed'): void {
    for (const call of this.#updates.unfinished(status)) this.#options.hooks.update({ kind: 'tool', call });
  }

  /** One message that does not parse costs that message, not the turn. */
  #understand<T>(method: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      this.#options.logger.warn(`${this.#options.title}: ${method} was not understood: ${z.prettifyError(error)}`);
      return undefined;
    }
  }

  async #ask(request: Parameters<TurnHooks['permission']>[0]): Promise<CodexChoice> {
    const { hooks, logger } = this.#options;
    const chosen = await askPerson(hooks, logger, request);
    return chosen === 'once' || chosen === 'session' || chosen === 'reject' ? chosen : 'cancel';
  }
}
