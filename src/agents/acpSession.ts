import type * as acp from '@agentclientprotocol/sdk/unstable';
import * as z from 'zod';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContentBlock } from '../model/entry.js';
import { messageOf, SessionError } from '../model/errors.js';
import type { ThinkingLevel } from '../model/thinkingLevel.js';
import type { Logger } from '../model/logger.js';
import { promptOf, type PromptAbilities } from './acpContent.js';
import { failureIn } from './acpFailure.js';
import type { AcpLink, SessionEvents } from './acpLink.js';
import { commandsOf } from './acpCommands.js';
import {
  levelsOf,
  modeChoice,
  modeIdFor,
  modelChoice,
  sessionStateSchema,
  thinkingChoice,
  thinkingIdFor,
  type Choice,
  type SessionState,
} from './acpSettings.js';
import { AcpTurn } from './acpTurn.js';
import { promptResponseSchema, usageOf } from './acpUsage.js';
import type { AgentCommandInfo, AgentSession, TurnHooks, TurnResult } from './agent.js';
import { SessionTitle } from './sessionTitle.js';
import { TurnWatch } from './turnWatch.js';
import { tooManyWords } from './turnWords.js';

export interface AcpSessionOptions {
  readonly link: AcpLink;
  readonly state: SessionState & { readonly sessionId: string };
  readonly can: PromptAbilities | undefined;
  readonly logger: Logger;
  /** Whether the agent has just made it: then its title is still to come. */
  readonly fresh: boolean;
  /** What it had cost before, in US dollars; `undefined` when that is not known. */
  readonly spent: number | undefined;
  /** Milliseconds; see `Limits`. */
  readonly limits: { readonly cancel: number; readonly quiet: number; readonly mute: number };
}

/** How long setting a mode or a model may take. */
const settingMs = 15_000;
/** How long a turn that ends without last words waits for what the agent may send after its end, and for a pause in that. */
const lateMs = 500;
const pauseMs = 100;

/** A conversation that an ACP agent holds. */
export class AcpSession implements AgentSession, SessionEvents {
  readonly id: string;
  readonly lateTitle: SessionTitle;
  readonly #link: AcpLink;
  readonly #options: AcpSessionOptions;
  #models: Choice | undefined;
  #modes: Choice | undefined;
  #thinking: Choice | undefined;
  #commands: readonly AgentCommandInfo[] = [];
  #turn: AcpTurn | undefined;
  /** What the session has cost so far, in US dollars; `undefined` while that is not known. */
  #cost: number | undefined;
  #turns = 0;

  constructor(options: AcpSessionOptions) {
    this.id = options.state.sessionId;
    this.#link = options.link;
    this.#options = options;
    this.#models = modelChoice(options.state);
    this.#modes = modeChoice(options.state);
    this.#thinking = thinkingChoice(options.state);
    this.#cost = options.spent;
    this.lateTitle = new SessionTitle(() => options.fresh && this.#turns === 1 && this.#link.process.running);
    this.#link.attach(this.id, this);
  }

  get models(): Choice['values'] {
    return this.#models?.values ?? [];
  }

  get model(): string | undefined {
    return this.#models?.current;
  }

  get levels(): readonly ThinkingLevel[] {
    return levelsOf(this.#thinking);
  }

  get commands(): readonly AgentCommandInfo[] {
    return this.#commands;
  }

  async prompt(content: readonly ContentBlock[], hooks: TurnHooks): Promise<TurnResult> {
    if (this.#turn) throw new SessionError('busy', `${this.#link.title} already runs a turn in this session`);
    if (hooks.signal.aborted) return { stop_reason: 'cancelled' };
    const turn = new AcpTurn(hooks, this.#cost, this.#options.logger);
    this.#turn = turn;
    this.#turns += 1;
    this.lateTitle.begin(turn);
    const { logger, limits } = this.#options;
    const watch = new TurnWatch({
      ...{ title: this.#link.title, process: this.#link.process, logger, limits, signal: hooks.signal },
      cancel: () => this.#link.notify('session/cancel', { sessionId: this.id }),
      waits: () => turn.waits,
      notice: (text) => turn.notice(text),
    });
    turn.onHeard = () => watch.heard();
    try {
      const prompt = promptOf(content, this.#options.can);
      const response = await this.#link.request('session/prompt', { sessionId: this.id, prompt }, promptResponseSchema);
      watch.answered();
      const failure = failureIn(this.#link.title, response);
      if (failure) throw failure;
      // OpenCode ends a turn that was cancelled while it tried to reach its model as if it had answered.
      const stopReason = watch.cancelled && !turn.spoke ? 'cancelled' : response.stopReason;
      if (stopReason === 'cancelled') turn.close('cancelled');
      else if (!turn.concluded) await this.#waitForLate(turn);
      return { stop_reason: stopReason, usage: usageOf(response, turn.cost), model: turn.model ?? this.model };
    } catch (error) {
      turn.close(watch.cancelled ? 'cancelled' : 'failed');
      if (!watch.cancelled) throw watch.failure ?? error;
      this.#options.logger.debug(`${this.#link.title}: cancelled: ${messageOf(error)}`);
      return { stop_reason: 'cancelled', model: turn.model ?? this.model };
    } finally {
      watch.end();
      this.#cost = turn.sessionCost ?? this.#cost;
      this.#turn = undefined;
      this.lateTitle.ended();
    }
  }

  async setModel(model: string): Promise<void> {
    if (!this.#models) throw new SessionError('unsupported', `${this.#link.title} offers no choice of models`);
    if (this.#models.current === model) return;
    const { configId } = this.#models;
    if (configId === undefined) await this.#set('session/set_model', { modelId: model });
    else await this.#set('session/set_config_option', { configId, value: model });
    this.#models = { ...this.#models, current: model };
  }

  async setMode(mode: string): Promise<void> {
    const id = modeIdFor(mode, this.#modes, this.#link.title);
    if (!this.#modes || id === undefined || this.#modes.current === id) return;
    const { configId } = this.#modes;
    if (configId === undefined) await this.#set('session/set_mode', { modeId: id });
    else await this.#set('session/set_config_option', { configId, value: id });
    this.#modes = { ...this.#modes, current: id };
  }

  async setThinking(level: ThinkingLevel): Promise<void> {
    const value = thinkingIdFor(level, this.#thinking, this.#link.title);
    if (!this.#thinking || this.#thinking.current === value) return;
    await this.#set('session/set_config_option', { configId: this.#thinking.configId, value });
    this.#thinking = { ...this.#thinking, current: value };
  }

  update(update: Readonly<Record<string, unknown>>): void {
    switch (update['sessionUpdate']) {
      case 'config_option_update':
        this.#take(sessionStateSchema.parse(update));
        break;
      case 'available_commands_update':
        this.#commands = commandsOf(update);
        break;
      case 'current_mode_update':
        if (this.#modes) this.#modes = { ...this.#modes, current: z.string().parse(update['currentModeId']) };
        break;
      case 'session_info_update':
        if (typeof update['title'] === 'string' && update['title'] !== '') this.lateTitle.take(update['title'], this.#turn);
        break;
      default:
        this.#turn?.update(update);
        if (this.#turn?.full === true) this.#link.process.killFor(tooManyWords);
    }
  }

  async permission(request: acp.RequestPermissionRequest): Promise<acp.RequestPermissionResponse> {
    return (await this.#turn?.permission(request)) ?? { outcome: { outcome: 'cancelled' } };
  }

  /** An agent may answer a prompt before it has sent what it has to say: that is this turn's too. */
  async #waitForLate(turn: AcpTurn): Promise<void> {
    const start = Date.now();
    let heard: number | undefined;
    turn.onHeard = () => (heard = Date.now());
    const isOver = (now: number): boolean =>
      (heard === undefined ? now - start >= lateMs : now - heard >= pauseMs) || now - start >= 4 * lateMs;
    while (this.#link.process.running && !isOver(Date.now())) await delay(10);
  }

  async #set(method: string, what: object): Promise<void> {
    const state = await this.#link.request(method, { sessionId: this.id, ...what }, sessionStateSchema.nullish(), settingMs);
    if (state) this.#take(state);
  }

  #take(state: SessionState): void {
    this.#models = modelChoice(state) ?? this.#models;
    this.#thinking = thinkingChoice(state) ?? this.#thinking;
    if (this.#modes?.configId !== undefined) this.#modes = modeChoice(state) ?? this.#modes;
  }
}
