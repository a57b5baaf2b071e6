import { setTimeout as delay } from 'node:timers/promises';
import type { Entry, EntryOf } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Sent } from '../../model/sessionTools.js';
import { freshId } from '../../store/freshId.js';
import type { AnswerOptions, Caller, SendOptions, SpawnOptions } from './callOptions.js';
import { familyOf, requireRoom, sentUsd } from './callLimits.js';
import type { CoreContext } from '../context.js';
import { foreignId } from '../foreign/foreignId.js';
import { sendPolicyOf } from './sendPolicy.js';
import { requireAgent } from '../turns/switchAgent.js';
import { errorData } from '../turns/turn.js';
import type { RunningTurn, TurnOptions, Workspace } from '../workspace.js';

/** How long a session that runs in another process is left alone before it is tried again. */
const retryMs = 500;
/** Characters of an answer that are handed on. */
const answerLimit = 50_000;

type Ended = Awaited<RunningTurn['done']>;

/** Messages from one session, or a person, to another, and sessions that are started by one: for agents, CLI and server alike. */
export class SessionCalls {
  readonly #context: CoreContext;
  readonly #workspace: Workspace;
  /** By session, the last of the messages that wait for it, and how many do. What the person typed (`PromptQueue`) goes before them. */
  readonly #queues = new Map<string, { tail: Promise<unknown>; length: number }>();
  /** Who waits for whose answer: two that wait for each other would wait for ever. */
  readonly #waits = new Set<{ readonly from: string; readonly to: string }>();
  readonly #open = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  #creating: Promise<unknown> = Promise.resolve();

  constructor(context: CoreContext, workspace: Workspace) {
    this.#context = context;
    this.#workspace = workspace;
  }

  /** Messages that wait for a session to be free. */
  queued(id: string): number {
    return this.#queues.get(id)?.length ?? 0;
  }

  /** Sends a message as a prompt. `busy` where the session runs and `send_policy` is `refuse`; `denied` and `over_budget`. */
  async send({ session, message, ...options }: SendOptions): Promise<Sent> {
    const { caller } = options;
    if (caller) {
      if (caller.session === session) throw new SessionError('usage', 'a session cannot send to itself');
      await requireRoom(this.#context, caller, 'send');
    }
    const announceTo = this.#announceTo(options);
    // Which session speaks is part of the prompt: an agent must be able to tell it from the person.
    const text = caller ? `Message from session ${await this.#nameOf(caller.session)}:\n\n${message}` : message;
    return this.#deliver(session, text, { ...options, announceTo });
  }

  /** Makes a session with the caller as its parent, and sends it its first prompt. */
  async spawn({ prompt, backend, model, title, tags, parent, ...options }: SpawnOptions): Promise<Sent> {
    const { caller } = options;
    const announceTo = this.#announceTo(options);
    if (backend !== undefined) requireAgent(await this.#workspace.agents(), backend);
    // One after the other, so that two at a time do not both take the last place.
    const made = this.#creating.then(async () => {
      if (caller) await requireRoom(this.#context, caller, 'spawn');
      return this.#workspace.create({ backend, model, title, tags, spawnedBy: caller?.session ?? parent });
    });
    this.#creating = made.catch(() => undefined);
    return this.#deliver((await made).id, prompt, { ...options, announceTo });
  }

  /** Resolves when no message waits and no answer is awaited any more. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled([...this.#open]);
  }

  /** Gives up what waits. The turns that run are ended by whoever runs them; `settled` then waits for what came of them. */
  stop(): void {
    this.#stop.abort();
  }

  async #deliver(id: string, text: string, options: AnswerOptions): Promise<Sent> {
    const { reply, caller, signal, timeoutMs } = options;
    const wait = reply === 'reply' && caller ? this.#waitOf(caller.session, id) : undefined;
    try {
      const turnOptions: TurnOptions = {
        content: [{ type: 'text', text }],
        ...(caller && { depth: caller.depth + 1, atMost: caller.mode }),
      };
      // Whoever waits may give up; what nobody waits for goes on without them.
      const given = new AbortController();
      const begun = await this.#begin(id, turnOptions, given.signal);
      const ended = begun.turn.then((turn) => this.#ended(turn, caller));
      this.#track(reply === 'announce' ? ended.then((sent) => this.#announce(sent, options.announceTo)) : ended, id);
      const underWay: Sent = { session: id, state: begun.queued ? 'queued' : 'running' };
      if (reply !== 'reply') return underWay;
      const cancel = (): void => {
        given.abort();
        begun.turn.then((turn) => turn.cancel()).catch(() => undefined); // told by `ended`
      };
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted === true) cancel();
      const patience = new AbortController();
      try {
        const late = timeoutMs === undefined ? [] : [delay(timeoutMs, undefined, { signal: patience.signal, ref: false })];
        const sent = await Promise.race([ended, ...late]);
        return sent ?? { ...underWay, state: this.#workspace.running(id) ? 'running' : 'queued' };
      } finally {
        patience.abort();
        signal?.removeEventListener('abort', cancel);
      }
    } finally {
      if (wait) this.#waits.delete(wait);
    }
  }

  /** Starts the turn now, or as soon as the session is free and those that came before had their turn. */
  async #begin(id: string, options: TurnOptions, signal: AbortSignal): Promise<{ turn: Promise<RunningTurn>; queued: boolean }> {
    const waiting = this.#queues.get(id);
    try {
      if (!waiting) return { turn: Promise.resolve(await this.#workspace.startTurn(id, options)), queued: false };
      if (await this.#refuses(id)) throw new SessionError('busy', `session ${id.slice(0, 8)} is running, and others wait for it`);
    } catch (error) {
      if (!isBusy(error) || (await this.#refuses(id))) throw error;
    }
    const queue = waiting ?? { tail: Promise.resolve(), length: 0 };
    this.#queues.set(id, queue);
    queue.length += 1;
    const turn = queue.tail.then(() => this.#whenFree(id, options, signal));
    queue.tail = turn
      .catch(() => undefined) // told to whoever waits for the turn
      .then(() => {
        queue.length -= 1;
        if (queue.length === 0) this.#queues.delete(id);
      });
    return { turn, queued: true };
  }

  async #whenFree(id: string, options: TurnOptions, signal: AbortSignal): Promise<RunningTurn> {
    const stopped = AbortSignal.any([this.#stop.signal, signal]);
    for (;;) {
      if (stopped.aborted) throw new SessionError('interrupted', 'the message was not sent any more');
      try {
        return await this.#workspace.startTurn(id, options);
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
      const running = this.#workspace.running(id)?.done;
      await Promise.race([...(running ? [running] : []), delay(retryMs)]);
    }
  }

  async #ended(turn: RunningTurn, caller: Caller | undefined): Promise<Sent> {
    const ended = await turn.done;
    const answer = turn.complete.findLast((entry) => entry.type === 'message' && entry.message.role === 'assistant');
    const usage = answer?.type === 'message' ? answer.usage : undefined;
    if (caller && usage?.cost_usd) await this.#countCost(caller.session, turn.id, usage.cost_usd);
    const error = errorOf(ended);
    return {
      session: turn.id,
      state: error ? 'failed' : 'answered',
      reply: answerOf(turn.complete),
      ...(error && { error }),
      ...(usage && { tokens: usage.total, cost_usd: usage.cost_usd ?? null }),
    };
  }

  /** What a message to a session outside the family cost is the caller's: `mcp.max_cost_usd` counts it. */
  async #countCost(caller: string, target: string, usd: number): Promise<void> {
    const { root, spawned } = await familyOf(this.#context, caller);
    if ([root, ...spawned].some(({ id }) => id === target)) return;
    await this.#context.store.update(caller, (record) => ({ metadata: { ...record.metadata, sent_usd: sentUsd(record) + usd } }));
  }

  #announceTo({ reply, announceTo, caller }: AnswerOptions): string | undefined {
    if (reply !== 'announce') return undefined;
    const id = announceTo ?? caller?.session;
    if (id === undefined)
      throw new SessionError('usage', 'which session is to be told of the answer?', { hint: 'name it with announce_to' });
    if (foreignId(id)) {
      throw new SessionError('unsupported', 'the session of another program cannot be told of an answer', { hint: 'resume it first' });
    }
    return id;
  }

  /** Puts the answer into a session: its agent learns of it with the next prompt there. */
  async #announce(sent: Sent, to: string | undefined): Promise<void> {
    if (to === undefined) return;
    const { store, now } = this.#context;
    const said = [sent.reply ?? '', sent.error ? `(${sent.error.message})` : ''].filter(Boolean).join('\n\n');
    const entry: EntryOf<'message'> = {
      type: 'message',
      id: freshId(),
      timestamp: new Date(now()).toISOString(),
      message: { role: 'system', content: [{ type: 'text', text: `Session ${await this.#nameOf(sent.session)} answered:\n\n${said}` }] },
      announced: { from: sent.session },
    };
    await store.append(to, [entry]);
    await store.settle(to);
  }

  async #nameOf(id: string): Promise<string> {
    const { title } = await this.#context.store.read(id);
    return title === '' ? id.slice(0, 8) : `“${title}” (${id.slice(0, 8)})`;
  }

  #waitOf(from: string, to: string): { readonly from: string; readonly to: string } {
    const reaches = (start: string): boolean => start === from || [...this.#waits].some((wait) => wait.from === start && reaches(wait.to));
    if (reaches(to)) {
      throw new SessionError('busy', 'that session waits for an answer of this one', { hint: 'send with reply: announce or skip' });
    }
    const wait = { from, to };
    this.#waits.add(wait);
    return wait;
  }

  /** Remembers what is under way, so that nobody goes before it is done. */
  #track(work: Promise<unknown>, id: string): void {
    const done = work
      .catch((error: unknown) => this.#context.logger.warn(`a message to ${id}: ${messageOf(error)}`))
      .finally(() => this.#open.delete(done));
    this.#open.add(done);
  }

  async #refuses(id: string): Promise<boolean> {
    return (await sendPolicyOf(this.#context, (await this.#workspace.get(id)).settings)) === 'refuse';
  }
}

const isBusy = (error: unknown): boolean => error instanceof SessionError && error.code === 'busy';

function errorOf({ stop_reason: reason, error }: Ended): Sent['error'] {
  if (error) return error;
  if (reason === 'end_turn') return undefined;
  return errorData(new SessionError('interrupted', `the turn ended early: ${reason}`));
}

/** The last thing that the agent said, cut where it is very long. */
function answerOf(entries: readonly Entry[]): string {
  const texts = entries.flatMap((entry) =>
    entry.type === 'message' && entry.message.role === 'assistant' ? [textOf(entry.message.content).trim()] : [],
  );
  const last = texts.findLast((text) => text !== '') ?? '';
  return last.length > answerLimit ? `${last.slice(0, answerLimit)}\n(cut here)` : last;
}
