import * as z from 'zod';
import type { ContentBlock } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Logger } from '../../model/logger.js';
import type { ThinkingLevel } from '../../model/thinkingLevel.js';
import type { AgentSession, TurnHooks, TurnResult } from '../agent.js';
import type { Limits } from '../agentLimits.js';
import { SessionTitle } from '../sessionTitle.js';
import { TurnWatch } from '../turnWatch.js';
import { tooManyWords } from '../turnWords.js';
import { claudeContent } from './claudeContent.js';
import { systemLineSchema } from './claudeLines.js';
import type { ClaudeEvents, ClaudeLine, ClaudeLink } from './claudeLink.js';
import type { ClaudeSettings } from './claudeSettings.js';
import { ClaudeTurn } from './claudeTurn.js';

export interface ClaudeSessionOptions {
  readonly id: string;
  readonly link: ClaudeLink;
  readonly settings: ClaudeSettings;
  readonly logger: Logger;
  /** Whether it is new: then its title is still to come. */
  readonly fresh: boolean;
  /** What it had cost before, in US dollars; `undefined` when that is not known. */
  readonly spent: number | undefined;
  readonly limits: Limits;
}

/** Characters of the prompt that a title is made of: the program itself takes no more. */
const titleLength = 1000;
const titleSchema = z.object({ title: z.string().nullable() });

/** A conversation that a `claude` process holds. */
export class ClaudeSession implements AgentSession, ClaudeEvents {
  readonly id: string;
  readonly lateTitle: SessionTitle;
  readonly #options: ClaudeSessionOptions;
  readonly #link: ClaudeLink;
  readonly #settings: ClaudeSettings;
  #turn: ClaudeTurn | undefined;
  #cost: number | undefined;
  #contextSize: number | undefined;
  #turns = 0;

  constructor(options: ClaudeSessionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#link = options.link;
    this.#settings = options.settings;
    this.#cost = options.spent;
    this.lateTitle = new SessionTitle(() => options.fresh && this.#turns === 1 && this.#link.process.running);
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
    return this.#settings.setModel(model);
  }

  setMode(mode: string): Promise<void> {
    return this.#settings.setMode(mode);
  }

  setThinking(level: ThinkingLevel): Promise<void> {
    return this.#settings.setThinking(level);
  }

  async prompt(content: readonly ContentBlock[], hooks: TurnHooks): Promise<TurnResult> {
    const { logger } = this.#options;
    const { title } = this.#link;
    if (this.#turn) throw new SessionError('busy', `${title} already runs a turn in this session`);
    if (hooks.signal.aborted) return { stop_reason: 'cancelled' };
    const turn = new ClaudeTurn({ title, hooks, logger, baseCost: this.#cost, contextSize: this.#contextSize });
    this.#turn = turn;
    this.#turns += 1;
    this.lateTitle.begin(turn);
    const watch = this.#watch(turn, hooks.signal);
    try {
      const message = { role: 'user', content: claudeContent(content) };
      this.#link.send({ type: 'user', uuid: turn.promptId, session_id: this.id, parent_tool_use_id: null, message });
      if (this.#options.fresh && this.#turns === 1) void this.#makeTitle(content);
      const result = await Promise.race([turn.result, this.#failure()]);
      if (watch.cancelled) return this.#cancelled(turn);
      watch.end();
      return turn.end(result);
    } catch (error) {
      if (watch.cancelled) return this.#cancelled(turn);
      turn.close('failed');
      throw watch.failure ?? error;
    } finally {
      watch.end();
      this.#cost = turn.sessionCost ?? this.#cost;
      this.#contextSize = turn.contextSize;
      this.#turn = undefined;
      this.lateTitle.ended();
    }
  }

  line(line: ClaudeLine): void {
    if (line['type'] === 'system') {
      const { model, permissionMode: mode } = systemLineSchema.parse(line);
      this.#settings.told({ model, mode });
    }
    this.#turn?.line(line);
    if (this.#turn?.full === true) this.#link.process.killFor(tooManyWords);
  }

  async permission(question: unknown, withdrawn: AbortSignal): Promise<object> {
    if (!this.#turn) return { behavior: 'deny', message: 'Nobody is there to ask.' };
    return this.#turn.permission(question, withdrawn);
  }

  #cancelled(turn: ClaudeTurn): TurnResult {
    turn.close('cancelled');
    return { stop_reason: 'cancelled', model: turn.model ?? this.model };
  }

  async #failure(): Promise<never> {
    throw await this.#link.ended();
  }

  /** Interrupts the turn when the signal says so; the program is killed when it does not end it in time, or is silent for good. */
  #watch(turn: ClaudeTurn, signal: AbortSignal): TurnWatch {
    const { limits, logger } = this.#options;
    const { title, process } = this.#link;
    const cancel = (): void => {
      this.#link
        .request({ subtype: 'interrupt' }, z.unknown())
        .catch((error: unknown) => logger.debug(`${title}: interrupt: ${messageOf(error)}`));
    };
    const notice = (text: string): void => turn.notice(text);
    const watch = new TurnWatch({ title, process, logger, limits, signal, cancel, waits: () => turn.waits, notice });
    turn.onHeard = () => watch.heard();
    return watch;
  }

  /** The program keeps its own title of the session, and tells it to who asks; it makes one from the first prompt. */
  async #makeTitle(content: readonly ContentBlock[]): Promise<void> {
    const words = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
    const request = { subtype: 'generate_session_title', description: words.slice(-titleLength), persist: true };
    try {
      const { title } = await this.#link.request(request, titleSchema);
      if (title !== null && title !== '') this.lateTitle.take(title, this.#turn);
    } catch (error) {
      this.#options.logger.debug(`${this.#link.title}: no title: ${messageOf(error)}`);
    }
  }
}
