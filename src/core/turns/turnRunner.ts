import type { AgentCatalog } from '../../agents/agent.js';
import type { ContentBlock, EntryOf } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { SessionRow } from '../../model/row.js';
import { freshId } from '../../store/freshId.js';
import { AgentDoor } from '../door/agentDoor.js';
import { KnownAgents } from './agentFacts.js';
import { checkBudgets } from './budgets.js';
import type { CoreContext } from '../context.js';
import { actTurn } from './turnAct.js';
import { withMentions } from '../prompts/mentions.js';
import { PromptQueue, type WaitingPrompt } from './promptQueue.js';
import { promptToRepeat } from './retry.js';
import { errorData, Turn } from './turn.js';
import { TurnEntries } from './turnEntries.js';
import { answerPermission } from './turnPermission.js';
import { turnPlan } from './turnPlan.js';
import { WarmAgents } from './warmAgents.js';
import { untrusted } from '../untrusted.js';
import type { TurnUpdates } from './turnUpdates.js';
import type { RunningTurn, TurnOptions, Workspace } from '../workspace.js';

/** Runs turns: one at a time in a session, any number of sessions at once. */
export class TurnRunner {
  readonly #context: CoreContext;
  readonly #catalog: AgentCatalog;
  readonly #updates: TurnUpdates;
  readonly #running = new Map<string, Turn>();
  readonly #starting = new Map<string, Promise<Turn>>();
  readonly #warm: WarmAgents;
  readonly #workspace: Workspace;
  readonly #door: AgentDoor;
  readonly #leased: (id: string) => Promise<void>;
  readonly known = new KnownAgents();
  readonly queue: PromptQueue;
  #disposed = false;

  /** `leased` is called when a session was taken, before a turn begins in it. */
  constructor(
    context: CoreContext,
    catalog: AgentCatalog,
    updates: TurnUpdates,
    { workspace, leased }: { readonly workspace: Workspace; readonly leased: (id: string) => Promise<void> },
  ) {
    this.#leased = leased;
    this.#context = context;
    this.#catalog = catalog;
    this.#updates = updates;
    this.#warm = new WarmAgents(context);
    this.#workspace = workspace;
    this.#door = new AgentDoor(context, workspace, (id) => this.#running.get(id));
    this.queue = new PromptQueue(context);
  }

  running(id: string): Turn | undefined {
    return this.#running.get(id);
  }

  /** Resolves when a turn that is being started has begun or was refused; `undefined` where none is. */
  starting(id: string): Promise<void> | undefined {
    return this.#starting.get(id)?.then(
      () => undefined,
      () => undefined, // told to whoever starts it
    );
  }

  /** Starts a turn of one of our sessions; resolves when the prompt is kept. `untrusted`, `busy`, `damaged`, `newer_version`, `over_budget`. */
  async start(id: string, options: TurnOptions, trusted: boolean): Promise<RunningTurn> {
    if (!trusted) throw untrusted('no agent is started in it');
    await this.#lastMoments(id, options.takeOver);
    if (this.#disposed || this.#running.has(id) || this.#starting.has(id)) {
      throw new SessionError('busy', `session ${id.slice(0, 8)} is running in this ${this.#context.program} already`, {
        hint: 'wait for that turn to end, or stop it',
      });
    }
    const started = this.#start(id, options);
    this.#starting.set(id, started);
    try {
      return await started;
    } finally {
      this.#starting.delete(id);
    }
  }

  /**
   * Starts a turn, or has the prompt wait for the one that runs here: it follows when that has ended well. One that steers ends
   * it, and follows in any case. What waits after a turn that was stopped or failed waits for the next one that ends well.
   */
  async queueUp(
    id: string,
    options: TurnOptions,
    { trusted, steers }: { trusted: boolean; steers: boolean },
  ): Promise<RunningTurn | WaitingPrompt> {
    const isBusy = (): boolean => this.#running.has(id) || this.#starting.has(id);
    await this.#lastMoments(id);
    if (!isBusy() || !trusted || this.#disposed) return this.start(id, options, trusted);
    // What waits is shown and kept: without the bytes of its pictures.
    const content = await this.#context.store.keepPictures(options.content);
    await this.#lastMoments(id);
    if (!isBusy()) return this.start(id, { ...options, content }, trusted);
    const prompt = this.queue.add(id, { ...options, content }, { steers });
    this.#tellQueue(id);
    if (steers) this.#running.get(id)?.cancel();
    return prompt;
  }

  /** Takes a prompt that waits back; `not_found` when it has begun, or was taken back before. */
  unqueue(id: string, prompt: string): WaitingPrompt {
    const taken = this.queue.take(id, prompt);
    if (!taken) throw new SessionError('not_found', 'this prompt does not wait any more', { hint: 'it was sent, or taken back' });
    this.#tellQueue(id);
    return taken;
  }

  /** Ends the turns of these sessions, those that are just beginning too, and forgets their agents. */
  async stop(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.queue.drop(id);
    await Promise.all(ids.map(async (id) => this.starting(id)));
    const turns = ids.flatMap((id) => this.#running.get(id) ?? []);
    for (const turn of turns) turn.stop('cancelled');
    await Promise.all(turns.map((turn) => turn.done));
    for (const id of ids) this.#warm.drop(id);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#starting.keys()].map(async (id) => this.starting(id)));
    const turns = [...this.#running.values()];
    for (const turn of turns) turn.stop('interrupted');
    await Promise.all(turns.map((turn) => turn.done));
    await this.queue.dispose();
    await this.#warm.dispose();
    await this.#door.close();
  }

  /**
   * Waits for a turn that is as good as over. Its lease is gone before it has ended here, so that lists tell others that nothing
   * runs: whoever sees that may send the next prompt, which is then not refused. With `takeOver` also for one that is being stopped.
   */
  async #lastMoments(id: string, takeOver = false): Promise<void> {
    const running = this.#running.get(id);
    if (running?.isOver === true || (takeOver && running?.signal.aborted === true)) await running.done;
  }

  #tellQueue(id: string): void {
    this.#updates.tell(id, { kind: 'queue', queued: this.queue.shown(id) });
  }

  /** Starts what waits, now that a turn has ended. */
  #next(id: string, { stop_reason: reason }: Awaited<RunningTurn['done']>): void {
    const [prompt] = this.queue.of(id);
    const endedWell = reason !== 'cancelled' && reason !== 'error' && reason !== 'interrupted';
    if (this.#disposed || !prompt || !(endedWell || prompt.steers)) return;
    this.queue.take(id, prompt.id);
    this.#tellQueue(id);
    this.start(id, prompt.options, true).catch((error: unknown) => {
      this.queue.add(id, prompt.options, { first: true });
      this.#tellQueue(id);
      this.#updates.tell(id, { kind: 'ended', stop_reason: 'error', error: errorData(error) });
    });
  }

  async #start(id: string, options: TurnOptions): Promise<Turn> {
    const context = this.#context;
    const { store } = context;
    refuseUnreadable(await store.row(id));
    const lease = await store.acquireLease(id, { takeOver: options.takeOver });
    try {
      // What others ran is told to its end before this turn begins.
      await this.#leased(id);
      await store.recoverPartials(id);
      const stored = await store.read(id);
      const record = await context.ownIds.believed(stored);
      const { entries: history } = await store.entries(id);
      const warnings = await checkBudgets(context, { record, history });
      const settled = await turnPlan(context, this.#catalog, record, history, options);
      const again = options.again === true ? promptToRepeat(history) : undefined;
      const prompt = await withMentions(context, options.content, { id, cwd: settled.cwd, workspace: this.#workspace });
      const strange = record === stored ? [] : [strangersAgent];
      const plan = { ...settled, warnings: [...settled.warnings, ...warnings, ...strange, ...prompt.warnings] };
      const entry = again?.entry ?? promptEntry(await store.keepPictures(prompt.content), plan.backend, context.now());
      const content = await store.loadPictures(entry.message.content);
      // From now on whoever comes after a crash can tell that a turn was under way.
      await store.writePartial(id, []);
      if (!again) await store.append(id, [entry]);
      const entries = new TurnEntries({ newId: freshId, now: context.now, backend: plan.backend });
      const turn = new Turn({
        ...{ id, store, lease, entries, mode: plan.mode, depth: options.depth ?? 0 },
        answer: (request, ask) => answerPermission(context, request, { ...plan, session: id, ask }),
        tell: (update) => this.#updates.tell(id, update),
      });
      this.#running.set(id, turn);
      turn.begin(entry, plan);
      // Steered away before it had begun.
      if (this.queue.of(id)[0]?.steers) turn.cancel();
      const kept = { catalog: this.#catalog, warm: this.#warm, known: this.known, door: this.#door };
      const job = { turn, record, history, replayed: again?.before ?? history, plan, content, lease, ...kept };
      void actTurn(context, job).then((ended) => {
        // Whoever is told that it has ended finds it so.
        this.#running.delete(id);
        turn.finish(ended);
        this.#next(id, ended);
      });
      return turn;
    } catch (error) {
      await store
        .writePartial(id, null)
        .catch((cause: unknown) => context.logger.warn(`word of a turn stays in ${id}: ${messageOf(cause)}`));
      await lease.release().catch((cause: unknown) => context.logger.warn(`the lease of ${id} stays: ${messageOf(cause)}`));
      throw error;
    }
  }
}

function promptEntry(content: readonly ContentBlock[], backend: string, now: number): EntryOf<'message'> {
  const timestamp = new Date(now).toISOString();
  return { type: 'message', id: freshId(), timestamp, message: { role: 'user', content: [...content] }, backend };
}

const strangersAgent =
  'The conversation that this session names at its agent was not begun by your Skein, so the agent is told the history';

/** A session of a newer program must not be written by this one; one that lost its record still tells all it can by `doctor`. */
function refuseUnreadable({ problem }: SessionRow): void {
  if (problem?.kind === 'newer') throw new SessionError('newer_version', problem.detail, { hint: 'update Skein to go on with it' });
  if (problem?.kind === 'unreadable' || problem?.kind === 'damaged')
    throw new SessionError('damaged', problem.detail, { hint: 'skein doctor --fix' });
}
