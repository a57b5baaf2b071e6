export interface SilenceOptions {
  /** Milliseconds without a word. */
  readonly quietMs: number;
  readonly muteMs: number;
  /** Whether there is a reason for the silence: a tool that runs, or a question to the person. Such time does not count. */
  readonly excused: () => boolean;
  /** Called once a silence has lasted `quietMs`. */
  readonly onQuiet: () => void;
  /** Called once it has lasted `muteMs`; the watch is over then. */
  readonly onMute: () => void;
}

/** Watches how long an agent says nothing in a turn. */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  #since = Date.now();
  #told = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#wait(options.quietMs);
  }

  heard(): void {
    this.#since = Date.now();
    this.#told = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  #look(): void {
    const { quietMs, muteMs, excused, onQuiet, onMute } = this.#options;
    if (excused()) this.heard();
    const silent = Date.now() - this.#since;
    if (silent >= muteMs) {
      onMute();
      return;
    }
    if (silent >= quietMs && !this.#told) {
      this.#told = true;
      onQuiet();
    }
    this.#wait(Math.max(1, (this.#told ? muteMs : quietMs) - silent));
  }
}
