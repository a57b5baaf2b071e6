import * as z from 'zod';
import type { ContentBlock } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Logger } from '../../model/logger.js';
import type { ThinkingLevel } from '../../model/thinkingLevel.js';
import type { AgentSession, TurnHooks, TurnResult } from '../agent.js';
import type { Limits } from '../agentLimits.js';
import { TurnWatch } from '../turnWatch.js';
import { tooManyWords } from '../turnWords.js';
import { codexInput } from './codexInput.js';
import type { CodexEvents, CodexLink } from './codexLink.js';
import { codexNameSchema, codexTurnStartSchema, codexWarningSchema } from './codexMessages.js';
import type { CodexSettings } from './codexSettings.js';
import { CodexTurn } from './codexTurn.js';

export interface CodexSessionOptions {
  readonly id: string;
  readonly link: CodexLink;
  readonly settings: CodexSettings;
  readonly logger: Logger;
  readonly limits: Limits;
}

const warnings = ['warning', 'configWarning', 'deprecationNotice'];

/** A thread that a `codex app-server` holds. */
export class CodexSession implements AgentSession, CodexEvents {
  readonly id: string;
  readonly #options: CodexSessionOptions;
  readonly #link: CodexLink;
  readonly #settings: CodexSettings;
  readonly #warned = new Set<string>();
  #turn: CodexTurn | undefined;
  #watch: TurnWatch | undefined;

  constructor(options: CodexSessionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#link = options.link;
    this.#settings = options.settings;
    this.#link.attach(this.id, this);
  }

  get models(): AgentSession['models'] {
    return this.#settings.models;
  }

  get levels(): AgentSession['levels'] {
    return this.#settings.levels;
  }

  get model(): string | undefined {
    return this.#settings.model;
  }

  setModel(model: string): Promise<void> {
    this.#settings.setModel(model);
    return Promise.resolve();
  }

  setMode(mode: string): Promise<void> {
    this.#settings.setMode(mode);
    return Promise.resolve();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to reject
  async setThinking(level: ThinkingLevel): Promise<void> {
    this.#settings.setThinking(level);
  }

  async prompt(content: readonly ContentBlock[], hooks: TurnHooks): Promise<TurnResult> {
    const { title } = this.#link;
    if (this.#turn) throw new SessionError('busy', `${title} already runs a turn in this session`);
    if (hooks.signal.aborted) return { stop_reason: 'cancelled' };
    const { logger, limits } = this.#options;
    const turn = new CodexTurn({ title, hooks, logger });
    this.#turn = turn;
    const watch = new TurnWatch({
      ...{ title, logger, limits, process: this.#link.process, signal: hooks.signal },
      cancel: () => turn.id !== undefined && this.#interrupt(turn.id),
      waits: () => turn.waits,
      notice: (text) => turn.notice(text),
    });
    this.#watch = watch;
    try {
      const params = { threadId: this.id, input: codexInput(content), ...this.#settings.turn };
      const begun = await this.#link.request('turn/start', params, codexTurnStartSchema, limits.open);
      turn.begin(begun.turn.id);
      if (watch.cancelled) this.#interrupt(begun.turn.id);
      const reason = await Promise.race([turn.ended, this.#failure()]);
      return turn.result(watch.cancelled ? 'cancelled' : reason, this.model);
    } catch (error) {
      if (watch.cancelled) return turn.result('cancelled', this.model);
      turn.close('failed');
      throw watch.failure ?? error;
    } finally {
      watch.end();
      this.#turn = undefined;
    }
  }

  event(method: string, params: Readonly<Record<string, unknown>>): void {
    this.#watch?.heard();
    if (warnings.includes(method)) this.#warn(params);
    else if (method === 'thread/name/updated') {
      const name = codexNameSchema.safeParse(params).data?.threadName;
      if (name) this.#turn?.title(name);
    } else this.#turn?.event(method, params);
    if (this.#turn?.full === true) this.#link.process.killFor(tooManyWords);
  }

  async question(method: string, params: Readonly<Record<string, unknown>>): Promise<object | undefined> {
    return this.#turn?.question(method, params);
  }

  /** Said once: it comes again with each turn. */
  #warn(params: unknown): void {
    const { message, summary, details } = codexWarningSchema.safeParse(params).data ?? {};
    const text = [message ?? summary, details].filter(Boolean).join(': ');
    if (text === '' || !this.#turn || this.#warned.has(text)) return;
    this.#warned.add(text);
    this.#turn.notice(text);
  }

  async #failure(): Promise<never> {
    throw await this.#link.ended();
  }

  #interrupt(turnId: string): void {
    const { logger, limits } = this.#options;
    this.#link
      .request('turn/interrupt', { threadId: this.id, turnId }, z.unknown(), limits.cancel)
      .catch((error: unknown) => logger.debug(`${this.#link.title}: interrupt: ${messageOf(error)}`));
  }
}
