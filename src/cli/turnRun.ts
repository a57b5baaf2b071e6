import type { PermissionMode } from '../model/permissionMode.js';
import { errorCodes, SessionError, type ErrorCode } from '../model/errors.js';
import type { Sent } from '../model/sessionTools.js';
import type { TurnUpdate } from '../model/turn.js';
import type { RunningTurn, Workspace } from '../core/workspace.js';
import { onInterrupt } from './interrupt.js';
import { startProgress } from './progress.js';
import { Questions } from './questions.js';
import { orTakeOver } from './takeOver.js';
import type { Terminal } from './terminal.js';
import { TurnPrinter } from './turnPrinter.js';

export type EndOfTurn = Extract<TurnUpdate, { kind: 'ended' }>;

export interface TurnWay {
  readonly terminal: Terminal;
  readonly mode: PermissionMode | undefined;
  /** Take the session from a process that runs it. */
  readonly takeOver?: boolean | undefined;
}

/** Sends a prompt and prints what comes of it. Ctrl+C cancels; what streamed until then is kept. Errors as `throwFailure`. */
export async function runTurn(workspace: Workspace, id: string, prompt: string, { terminal, mode, takeOver }: TurnWay): Promise<void> {
  const { settings } = await workspace.get(id);
  const printer = new TurnPrinter(terminal, settings.verbose === true);
  const stopProgress = startProgress(terminal, 'waiting for the agent');
  const questions = new Questions(workspace, terminal, printer);
  const stopListening = workspace.onTurn((turn, _seq, update) => {
    if (turn === id && update.kind !== 'started') stopProgress();
    if (turn === id) printer.print(update);
    questions.take(turn, update);
  });
  let turn: RunningTurn | undefined;
  const interrupts = new AbortController();
  const stopInterrupts = onInterrupt(() => {
    turn?.cancel();
    interrupts.abort();
  });
  try {
    const content = [{ type: 'text' as const, text: prompt }];
    const start = (taken: boolean): Promise<RunningTurn> =>
      workspace.startTurn(id, { content, mode, takeOver: takeOver === true || taken });
    turn = await orTakeOver(workspace, id, { terminal, stopProgress, start });
    const ended = await turn.done;
    stopProgress();
    await settle(workspace, terminal, interrupts.signal);
    throwFailure(ended);
  } finally {
    stopInterrupts();
    stopProgress();
    stopListening();
    questions.close();
    printer.pause();
  }
}

/** The same for what came of a message. */
export function throwSent({ error }: Sent): void {
  if (!error) return;
  throw new SessionError(errorCodes.find((known) => known === error.code) ?? 'failed', error.message, { hint: error.hint });
}

/** Waits for the sessions that the agent sent to or started: they run in this process, and end with it. */
export async function settle(workspace: Workspace, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const stopProgress = startProgress(terminal, 'waiting for the sessions that it started');
  const given = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([workspace.settled(), given]);
  stopProgress();
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
