import type { PermissionMode } from '../model/record.js';
import { errorCodes, SessionError, type ErrorCode } from '../model/errors.js';
import type { PermissionRequest, TurnUpdate } from '../model/turn.js';
import type { RunningTurn, Workspace } from '../core/workspace.js';
import { onInterrupt } from './interrupt.js';
import { askPermission } from './permission.js';
import { startProgress } from './progress.js';
import type { Terminal } from './terminal.js';
import { TurnPrinter } from './turnPrinter.js';

export type EndOfTurn = Extract<TurnUpdate, { kind: 'ended' }>;

/** Sends a prompt and prints what comes of it. Ctrl+C cancels; what streamed until then is kept. Errors as `throwFailure`. */
export async function runTurn(
  workspace: Workspace,
  id: string,
  prompt: string,
  { terminal, mode }: { readonly terminal: Terminal; readonly mode: PermissionMode | undefined },
): Promise<void> {
  const printer = new TurnPrinter(terminal);
  const stopProgress = startProgress(terminal, 'waiting for the agent');
  const questions = new Questions(terminal, printer);
  const stopListening = workspace.onTurn((turn, _seq, update) => {
    if (turn !== id) return;
    if (update.kind !== 'started') stopProgress();
    printer.print(update);
    questions.take(update);
  });
  let turn: RunningTurn | undefined;
  const stopInterrupts = onInterrupt(() => turn?.cancel());
  try {
    turn = await workspace.startTurn(id, { content: [{ type: 'text', text: prompt }], mode });
    questions.answerTo(turn);
    throwFailure(await turn.done);
  } finally {
    stopInterrupts();
    stopProgress();
    stopListening();
    questions.close();
    printer.pause();
  }
}

/** Turns the end of a turn that did not go well into the error that says so. */
export function throwFailure({ stop_reason: reason, error }: EndOfTurn): void {
  if (error) {
    const code: ErrorCode = errorCodes.find((known) => known === error.code) ?? 'failed';
    throw new SessionError(code, error.message, { hint: error.hint });
  }
  switch (reason) {
    case 'cancelled':
    case 'interrupted':
      throw new SessionError('interrupted', 'interrupted', { hint: 'what was answered until then is kept; skein -c goes on' });
    case 'error':
      throw new SessionError('agent_failed', 'the agent failed');
    case 'refusal':
      throw new SessionError('agent_failed', 'the agent refused to answer');
    case 'max_tokens':
    case 'max_turn_requests':
      throw new SessionError('agent_failed', `the agent stopped before it was done: ${reason}`, { hint: 'skein -c "go on"' });
    case 'end_turn':
      return;
  }
}

/** Permission requests of one turn, asked one after the other. */
class Questions {
  readonly #terminal: Terminal;
  readonly #printer: TurnPrinter;
  readonly #open = new Map<string, AbortController>();
  readonly #waiting: PermissionRequest[] = [];
  #turn: RunningTurn | undefined;
  #asking = false;

  constructor(terminal: Terminal, printer: TurnPrinter) {
    this.#terminal = terminal;
    this.#printer = printer;
  }

  take(update: TurnUpdate): void {
    if (update.kind === 'permission_done') this.#open.get(update.id)?.abort();
    if (update.kind !== 'permission') return;
    this.#open.set(update.request.id, new AbortController());
    this.#waiting.push(update.request);
    this.#askAll();
  }

  /** A request may come before `startTurn` has returned whom to answer. */
  answerTo(turn: RunningTurn): void {
    this.#turn = turn;
    this.#askAll();
  }

  close(): void {
    for (const controller of this.#open.values()) controller.abort();
  }

  #askAll(): void {
    const turn = this.#turn;
    if (!turn || this.#asking) return;
    this.#asking = true;
    // Ctrl+C at a question, or a prompt that failed: the turn cannot go on without an answer.
    void this.#askEach(turn).catch(() => turn.cancel());
  }

  async #askEach(turn: RunningTurn): Promise<void> {
    try {
      for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
        const signal = this.#open.get(request.id)?.signal;
        if (!signal || signal.aborted) continue;
        this.#printer.pause();
        turn.respond(request.id, await askPermission(request, this.#terminal, signal));
      }
    } finally {
      this.#asking = false;
    }
  }
}
