import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContentBlock } from '../model/entry.js';
import { messageOf, SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { thinkingLevels, type ThinkingLevel } from '../model/thinkingLevel.js';
import { joinMessages, type ReplayMessage } from '../model/replayMessages.js';
import type { AgentSession, TurnHooks, TurnResult } from './agent.js';
import type { ChatModel, OfferedModel } from './chatModel.js';

export interface ChatSessionOptions {
  readonly chat: ChatModel;
  readonly title: string;
  /** The agent's name in the config. */
  readonly name: string;
  readonly model: string | undefined;
  readonly logger: Logger;
  /** Aborted when the connection is closed. */
  readonly closed: AbortSignal;
}

/** How long the list of models may take, and how long a session waits for it to know how much its model holds. */
const listMs = 10_000;
const lookMs = 1_000;
/** Models that an error names. */
const namedModels = 8;

/** A conversation with a model that remembers nothing: all of it goes with each prompt. */
export class ChatSession implements AgentSession {
  readonly id = randomUUID();
  /** Resolves when it knows its models, or has waited long enough. */
  readonly looked: Promise<unknown>;
  readonly setThinking?: (level: ThinkingLevel) => Promise<void>;
  readonly #options: ChatSessionOptions;
  readonly #offered: Promise<readonly OfferedModel[] | { readonly why: unknown }>;
  #messages: readonly ReplayMessage[] = [];
  #models: readonly OfferedModel[] = [];
  #model: string | undefined;
  #thinking: ThinkingLevel | undefined;

  constructor(options: ChatSessionOptions) {
    this.#options = options;
    this.#model = options.model;
    if (options.chat.thinks) {
      this.setThinking = (level) => {
        this.#thinking = level;
        return Promise.resolve();
      };
    }
    this.#offered = this.#askForModels();
    this.looked = Promise.race([this.#offered, delay(lookMs, undefined, { ref: false })]);
  }

  /** Empty where the endpoint does not tell, or takes long to. */
  get models(): readonly OfferedModel[] {
    return this.#models;
  }

  /** Whatever is asked for goes along; the endpoint makes of it what its model can. */
  get levels(): readonly ThinkingLevel[] {
    return this.#options.chat.thinks ? thinkingLevels : [];
  }

  get model(): string | undefined {
    return this.#model;
  }

  /** Tokens that its model holds, where the endpoint tells. */
  get contextSize(): number | undefined {
    return this.#models.find(({ id }) => id === this.#model)?.contextSize;
  }

  recall(history: readonly ReplayMessage[]): void {
    this.#messages = history;
  }

  async prompt(content: readonly ContentBlock[], hooks: TurnHooks): Promise<TurnResult> {
    const { signal } = hooks;
    const isCancelled = (): boolean => signal.aborted;
    if (isCancelled()) return { stop_reason: 'cancelled' };
    let said = '';
    try {
      const model = await Promise.race([this.#chosen(), aborted(signal)]);
      const asked = joinMessages([...this.#messages, { role: 'user', content }]);
      const answer = this.#options.chat.answer({
        model,
        messages: asked,
        thinking: this.#thinking,
        signal: AbortSignal.any([signal, this.#options.closed]),
        update: (update) => {
          if (isCancelled()) return;
          if (update.kind === 'text') said += update.delta;
          hooks.update(update);
        },
      });
      const result = await Promise.race([answer, aborted(signal)]);
      this.#tellUsage(result, hooks);
      return { ...result, model: result.model ?? model };
    } catch (error) {
      if (!isCancelled()) throw error;
      this.#options.logger.debug(`${this.#options.title}: cancelled`);
      return { stop_reason: 'cancelled', model: this.#model };
    } finally {
      const answered: readonly ReplayMessage[] = said === '' ? [] : [{ role: 'assistant', content: [{ type: 'text', text: said }] }];
      this.#messages = joinMessages([...this.#messages, { role: 'user', content }, ...answered]);
    }
  }

  /** Takes any name: not every endpoint tells all that it has, and a wrong one is refused at the turn. */
  setModel(model: string): Promise<void> {
    this.#model = model;
    return Promise.resolve();
  }

  /** It has no tools, so that every mode allows the same. */
  setMode(): Promise<void> {
    return Promise.resolve();
  }

  async #askForModels(): Promise<readonly OfferedModel[] | { readonly why: unknown }> {
    const { chat, closed, logger, title } = this.#options;
    try {
      this.#models = await chat.offered(AbortSignal.any([closed, AbortSignal.timeout(listMs)]));
      const [first, second] = this.#models;
      if (second === undefined || chat.unchosen === 'first') this.#model ??= first?.id;
      return this.#models;
    } catch (why) {
      // Many have no such list; what is wrong with the endpoint itself shows at the turn.
      logger.debug(`${title} does not say which models it has: ${messageOf(why)}`);
      return { why };
    }
  }

  /** The model that answers; rejects where nobody chose one and there is not just one. */
  async #chosen(): Promise<string> {
    const known = this.#model;
    if (known !== undefined) return known;
    const offered = await this.#offered;
    const { model } = this;
    if (model !== undefined) return model;
    if ('why' in offered && offered.why instanceof SessionError) throw offered.why;
    const { title, name } = this.#options;
    const names = this.#models.slice(0, namedModels).map(({ id }) => id);
    const rest = this.#models.length > names.length ? ', …' : '';
    throw new SessionError('agent_failed', `no model is chosen for ${title}`, {
      hint: `skein config set agents.${name}.defaults.model NAME${names.length === 0 ? '' : `; it has ${names.join(', ')}${rest}`}`,
    });
  }

  #tellUsage({ usage }: TurnResult, hooks: TurnHooks): void {
    if (!usage) return;
    const { contextSize } = this;
    hooks.update({ kind: 'usage', usage, context_used: usage.total, ...(contextSize === undefined ? {} : { context_size: contextSize }) });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new SessionError('interrupted', 'the turn was cancelled'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
