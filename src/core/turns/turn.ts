import type { AgentUpdate, TurnResult } from '../../agents/agent.js';
import type { Entry, StopReason } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { PermissionMode } from '../../model/permissionMode.js';
import type { PermissionRequest, TurnUpdate } from '../../model/turn.js';
import type { Lease, Store } from '../../store/store.js';
import type { TurnEntries } from './turnEntries.js';
import type { RunningTurn } from '../workspace.js';

type Ended = Extract<TurnUpdate, { kind: 'ended' }>;

/** How often what streams is written down for a crash, at most. */
const partialMs = 500;

export interface TurnParts {
  readonly id: string;
  readonly store: Store;
  readonly lease: Lease;
  readonly entries: TurnEntries;
  /** What the turn may do unasked. */
  readonly mode: PermissionMode;
  /** How many sessions stand between a person and this turn. */
  readonly depth: number;
  /** The answer that the mode gives by itself; `undefined`: the person is asked. */
  readonly answer: (request: PermissionRequest, ask: (asked: PermissionRequest) => Promise<string | null>) => Promise<string | null>;
  /** Tells the listeners. */
  readonly tell: (update: TurnUpdate) => void;
}

/**
 * A turn under way: what streams is told at once, and written in the order in which it was complete, one write at a time. A
 * store that cannot be written ends the turn, and its error is the turn's.
 */
export class Turn implements RunningTurn {
  readonly id: string;
  readonly done: Promise<Ended>;
  readonly #parts: TurnParts;
  readonly #stop = new AbortController();
  readonly #waiting = new Map<string, { readonly request: PermissionRequest; readonly answer: (option: string | null) => void }>();
  readonly #complete: Entry[] = [];
  readonly #finish: (ended: Ended) => void;
  #unwritten: Entry[] = [];
  #flushing = false;
  #writing: Promise<void> = Promise.resolve();
  #partialTimer: NodeJS.Timeout | undefined;
  #storeError: unknown;
  #stopReason: StopReason = 'cancelled';
  #isOver = false;
  #ended = false;

  constructor(parts: TurnParts) {
    this.id = parts.id;
    this.#parts = parts;
    let finish: (ended: Ended) => void = () => undefined;
    this.done = new Promise((resolve) => (finish = resolve));
    this.#finish = finish;
    void parts.lease.lost.then((error) => this.#fail(error));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The agent has ended, or the session was taken from us: what is left to do takes a moment, and the next turn can wait for it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get mode(): PermissionMode {
    return this.#parts.mode;
  }

  get depth(): number {
    return this.#parts.depth;
  }

  /** Entries that are complete, written or not, in order. */
  get complete(): readonly Entry[] {
    return this.#complete;
  }

  /** Tokens of the conversation that the model was last given, of those that it takes, where the agent tells. */
  get context(): { readonly used: number; readonly size?: number } | undefined {
    return this.#parts.entries.context;
  }

  /** What a panel that opens now has missed and no entry tells. */
  get live(): readonly TurnUpdate[] {
    const asked = [...this.#waiting.values()].map(({ request }): TurnUpdate => ({ kind: 'permission', request }));
    return [...this.#parts.entries.live(), ...asked];
  }

  /** Tells that the prompt is kept and the turn has begun. */
  begin(entry: Entry, { backend, model }: { readonly backend: string; readonly model: string | undefined }): void {
    this.#complete.push(entry);
    this.#parts.tell({ kind: 'started', entry, backend, ...(model === undefined ? {} : { model }) });
  }

  /** Tells which model writes what comes now. */
  answeredBy(model: string | undefined): void {
    this.#parts.entries.model = model;
  }

  cancel(): void {
    this.stop('cancelled');
  }

  /** Ends the turn early; what streamed is kept under that reason. */
  stop(reason: StopReason): void {
    if (this.signal.aborted) return;
    this.#stopReason = reason;
    this.#stop.abort();
    for (const id of [...this.#waiting.keys()]) this.respond(id, null);
  }

  respond(request: string, option: string | null): void {
    const waiting = this.#waiting.get(request);
    if (!waiting) return;
    this.#waiting.delete(request);
    waiting.answer(option);
  }

  /** Takes in what the agent sends; one that comes up when the turn was stopped, and talks then, is not heard. */
  update(update: AgentUpdate): void {
    if (this.#ended) return;
    const { told, complete } = this.#parts.entries.push(update);
    this.add(complete);
    this.#parts.tell(told);
    this.#partialTimer ??= setTimeout(() => this.#writePartial(), partialMs).unref();
  }

  /** Tells complete entries and has them written. */
  add(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#complete.push(...entries);
    for (const entry of entries) this.#parts.tell({ kind: 'entry', entry });
    this.#unwritten.push(...entries);
    this.#flush();
  }

  /** Has something written after what came before it. A failure ends the turn. */
  write(act: () => Promise<unknown>): void {
    this.#writing = this.#writing
      .then(act)
      .then(() => undefined)
      .catch((error: unknown) => this.#fail(error));
  }

  /** The option that the mode or a rule, else the person, chooses. `null` when the turn was stopped before an answer. */
  async permit(request: PermissionRequest): Promise<string | null> {
    return this.#parts.answer(request, (asked) => this.ask(asked));
  }

  /** Asks the person. `null` when the turn was stopped before an answer. */
  async ask(request: PermissionRequest): Promise<string | null> {
    if (this.signal.aborted) return null;
    const answered = new Promise<string | null>((answer) => this.#waiting.set(request.id, { request, answer }));
    this.#parts.tell({ kind: 'permission', request });
    this.#showState();
    const option = await answered;
    this.#parts.tell({ kind: 'permission_done', id: request.id, outcome: option ?? 'cancelled' });
    this.#showState();
    return option;
  }

  /** Writes the last entries, and resolves to how the turn ended: a failure of the store weighs more than the agent's word. */
  async end(outcome: { readonly result: TurnResult } | { readonly error: unknown }, writesUsage: boolean): Promise<Ended> {
    const { entries } = this.#parts;
    this.#isOver = true;
    this.#ended = true;
    clearTimeout(this.#partialTimer);
    const result = 'result' in outcome ? outcome.result : undefined;
    const failure = this.#storeError ?? ('error' in outcome && !this.signal.aborted ? outcome.error : undefined);
    const stop_reason =
      failure !== undefined ? endedBy(failure).stop_reason : this.signal.aborted ? this.#stopReason : (result?.stop_reason ?? 'cancelled');
    this.add(
      entries.end({
        stop_reason,
        model: result?.model,
        usage: writesUsage ? entries.usageOf(result) : undefined,
        error: failure === undefined ? undefined : keptText(errorData(failure)),
      }),
    );
    await this.#writing;
    await this.#parts.store.writePartial(this.id, null).catch((error: unknown) => (this.#storeError ??= error));
    const lost = failure ?? this.#storeError;
    return lost === undefined ? { kind: 'ended', stop_reason } : endedBy(lost);
  }

  /** Last of all: tells the end and lets go of whoever waits for it. */
  finish(ended: Ended): void {
    this.#parts.tell(ended);
    this.#finish(ended);
  }

  /** Writes all that is complete by the time the writing begins, as one batch. */
  #flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.write(async () => {
      this.#flushing = false;
      const batch = this.#unwritten;
      this.#unwritten = [];
      try {
        if (batch.length > 0) await this.#parts.store.append(this.id, batch);
      } catch (error) {
        // Kept for the turn's end: a full disk may have room by then. What came too late is set aside already.
        if (!isFenced(error)) this.#unwritten = [...batch, ...this.#unwritten];
        throw error;
      }
    });
  }

  #writePartial(): void {
    this.#partialTimer = undefined;
    this.write(() => this.#parts.store.writePartial(this.id, this.#parts.entries.partial()));
  }

  #fail(error: unknown): void {
    this.#storeError ??= error;
    this.#isOver ||= isFenced(error);
    this.stop(endedBy(error).stop_reason);
  }

  #showState(): void {
    this.write(() => this.#parts.lease.setState(this.#waiting.size > 0 ? 'waiting' : 'running'));
  }
}

/** What is kept of a failure: an agent's last words, or what to do, go with it. */
export function keptText({ code, message, hint }: NonNullable<Ended['error']>): string {
  return code === 'agent_failed' && hint !== undefined ? `${message}\n${hint}` : message;
}

const isFenced = (error: unknown): boolean => error instanceof SessionError && error.code === 'fenced';

/** How a turn ends by a failure: one whose session was taken over did nothing wrong. */
export function endedBy(error: unknown): Ended {
  return { kind: 'ended', stop_reason: isFenced(error) ? 'interrupted' : 'error', error: errorData(error) };
}

/** What a failure is for the listeners: plain data. */
export function errorData(error: unknown): NonNullable<Ended['error']> {
  if (!(error instanceof SessionError)) return { code: 'failed', message: messageOf(error) };
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
}
