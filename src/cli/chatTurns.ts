import type { Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import { shownText } from '../model/contentText.js';
import type { PermissionMode } from '../model/permissionMode.js';
import type { QueuedPrompt } from '../model/queuedPrompt.js';
import type { TurnUpdate } from '../model/turn.js';
import type { ChatInput } from './chatInput.js';
import { reportFailure } from './failure.js';
import { onInterrupt } from './interrupt.js';
import { plainLine } from './plainText.js';
import { startProgress } from './progress.js';
import { Questions } from './questions.js';
import { orTakeOver } from './takeOver.js';
import { TurnPrinter } from './turnPrinter.js';
import { throwFailure, type EndOfTurn } from './turnRun.js';

export interface ChatWay {
  readonly mode: PermissionMode | undefined;
  /** Take the session from a process that runs it. */
  readonly takeOver: boolean;
}

/** The turns of a chat's session, each printed as it comes: those that are begun at rest, and those of prompts that waited. */
export class ChatTurns {
  readonly #workspace: Workspace;
  readonly #input: ChatInput;
  readonly #way: ChatWay;
  readonly #questions: Questions;
  readonly #stopListening: () => void;
  #id = '';
  #printer: TurnPrinter;
  #waiting: readonly QueuedPrompt[] = [];
  #running = false;
  /** A prompt that waited was taken, and its turn has not begun. */
  #coming = false;
  #busy = false;
  #rested: () => void = () => undefined;
  #over: Promise<void> = Promise.resolve();
  #stopProgress: () => void = () => undefined;
  #stopInterrupts: () => void = () => undefined;

  constructor(workspace: Workspace, input: ChatInput, way: ChatWay) {
    this.#workspace = workspace;
    this.#input = input;
    this.#way = way;
    this.#printer = new TurnPrinter(input.terminal);
    const printer = {
      pause: () => {
        this.#printer.pause();
        input.suspend();
      },
      resume: () => input.resume(),
    };
    this.#questions = new Questions(workspace, input.terminal, printer);
    this.#stopListening = workspace.onTurn((turn, _seq, update) => {
      if (turn === this.#id) this.#take(update);
      this.#questions.take(turn, update);
    });
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Prompts that wait although nothing runs: the turn before them was stopped, or failed. */
  get waiting(): readonly QueuedPrompt[] {
    return this.#waiting;
  }

  /** Resolves when nothing runs, and nothing that waits will. */
  over(): Promise<void> {
    return this.#over;
  }

  /** Begins a turn, or has the prompt wait for the one that runs; one that steers ends that one. Resolves when it has begun, or waits. */
  async send(id: string, content: QueuedPrompt['content'], steers = false): Promise<void> {
    const { terminal } = this.#input;
    this.#id = id;
    const { mode, takeOver } = this.#way;
    if (this.#busy) {
      const queued = await this.#workspace.queueTurn(id, { content, mode }, { steers });
      if (queued !== undefined && !steers) this.#input.notice(`waits for the turn's end: ${plainLine(shownText(content))}`);
      return;
    }
    const { settings } = await this.#workspace.get(id);
    this.#printer = new TurnPrinter(terminal, settings.verbose === true);
    this.#begin();
    try {
      const start = (taken: boolean) => this.#workspace.startTurn(id, { content, mode, takeOver: takeOver || taken });
      const stopProgress = (): void => {
        this.#stopProgress();
        this.#input.suspend();
      };
      await orTakeOver(this.#workspace, id, { terminal, stopProgress, start });
      this.#input.resume();
    } catch (error) {
      this.#input.resume();
      this.#rest();
      throw error;
    }
  }

  /** Sends the first of those that wait; the others follow. */
  async sendWaiting(): Promise<void> {
    const [first] = this.#waiting;
    if (!first) return;
    await this.send(this.#id, (await this.#workspace.unqueue(this.#id, first.id)).content);
  }

  /** Forgets those that wait. */
  async drop(): Promise<void> {
    for (const { id } of this.#waiting) await this.#workspace.unqueue(this.#id, id);
  }

  cancel(): void {
    this.#workspace.running(this.#id)?.cancel();
  }

  close(): void {
    this.#stopListening();
    this.#questions.close();
    this.#rest();
  }

  stopProgress(): void {
    this.#stopProgress();
  }

  #begin(): void {
    if (!this.#busy) {
      this.#over = new Promise((resolve) => (this.#rested = resolve));
      this.#stopInterrupts = onInterrupt(() => this.cancel());
    }
    this.#busy = true;
    this.#input.busy();
    this.#stopProgress();
    this.#stopProgress = startProgress(this.#input.terminal, 'waiting for the agent');
  }

  #rest(): void {
    this.#stopProgress();
    this.#stopInterrupts();
    this.#busy = false;
    this.#rested();
  }

  #take(update: TurnUpdate): void {
    if (update.kind === 'queue') {
      this.#coming ||= !this.#running && this.#busy && update.queued.length < this.#waiting.length;
      this.#waiting = update.queued;
      return;
    }
    if (update.kind === 'started') {
      if (this.#coming && update.entry.type === 'message')
        this.#input.terminal.say(`> ${plainLine(shownText(update.entry.message.content))}`);
      this.#running = true;
      this.#coming = false;
      this.#begin();
      return;
    }
    this.#stopProgress();
    this.#printer.print(update);
    if (update.kind !== 'ended') return;
    this.#running = false;
    this.#coming = false;
    // What follows it is told in the same breath.
    setImmediate(() => this.#ended(update));
  }

  #ended(ended: EndOfTurn): void {
    const { terminal } = this.#input;
    const goesOn = this.#running || this.#coming;
    if (!(goesOn && ended.stop_reason === 'cancelled')) {
      try {
        throwFailure(ended);
      } catch (error) {
        if (!(error instanceof SessionError)) throw error;
        reportFailure(error, terminal, false);
      }
    }
    if (goesOn) return;
    const count = this.#waiting.length;
    if (count > 0) terminal.say(`${String(count)} ${count === 1 ? 'prompt waits' : 'prompts wait'}: an empty line sends, /drop forgets`);
    this.#rest();
    this.#input.rest();
  }
}
