import type { SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { mutedError, spanOf } from './acpFailure.js';
import type { Limits } from './agentLimits.js';
import type { AgentProcess } from './agentProcess.js';
import { SilenceWatch } from './silenceWatch.js';

export interface TurnWatchOptions {
  /** What the agent is called. */
  readonly title: string;
  readonly process: AgentProcess;
  readonly logger: Logger;
  readonly limits: Pick<Limits, 'cancel' | 'quiet' | 'mute'>;
  readonly signal: AbortSignal;
  /** Tells the agent to stop. */
  readonly cancel: () => void;
  /** Whether it is the agent's right to be silent: the person is asked, or a tool runs. */
  readonly waits: () => boolean;
  /** Tells the person. */
  readonly notice: (text: string) => void;
}

/** Watches a turn: an agent that does not stop when it is told to, or says nothing any more, is killed. */
export class TurnWatch {
  readonly #options: TurnWatchOptions;
  readonly #silence: SilenceWatch;
  #timer: NodeJS.Timeout | undefined;
  #failure: SessionError | undefined;

  constructor(options: TurnWatchOptions) {
    this.#options = options;
    const { title, process, limits, signal, waits, notice } = options;
    this.#silence = new SilenceWatch({
      quietMs: limits.quiet,
      muteMs: limits.mute,
      excused: waits,
      onQuiet: () => notice(`${title} has said nothing for ${spanOf(limits.quiet)}. It may be trying to reach its model; you can stop it.`),
      onMute: () => {
        this.#failure = mutedError(title, limits.mute, process.lastWords());
        process.kill();
      },
    });
    signal.addEventListener('abort', this.#cancel, { once: true });
  }

  /** Whether the person has stopped the turn. */
  get cancelled(): boolean {
    return this.#timer !== undefined;
  }

  /** Why the agent was killed for its silence, if it was. */
  get failure(): SessionError | undefined {
    return this.#failure;
  }

  heard(): void {
    this.#silence.heard();
  }

  /** From now on silence is no sign of anything: what is still to come is not the model's. */
  answered(): void {
    this.#silence.stop();
  }

  end(): void {
    this.#silence.stop();
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#cancel);
  }

  readonly #cancel = (): void => {
    const { title, process, logger, limits, cancel } = this.#options;
    this.#timer = setTimeout(() => {
      logger.warn(`${title} did not stop in time and was killed`);
      process.kill();
    }, limits.cancel);
    cancel();
  };
}
