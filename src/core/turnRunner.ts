import type { AgentCatalog } from '../agents/agent.js';
import type { ContentBlock, EntryOf } from '../model/entry.js';
import { messageOf, SessionError } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import { freshId } from '../store/freshId.js';
import { AgentDoor } from './agentDoor.js';
import { checkBudgets } from './budgets.js';
import type { CoreContext } from './context.js';
import { actTurn } from './turnAct.js';
import { Turn } from './turn.js';
import { TurnEntries } from './turnEntries.js';
import { answerByMode } from './turnPermission.js';
import { turnPlan } from './turnPlan.js';
import { WarmAgents } from './warmAgents.js';
import { untrusted } from './untrusted.js';
import type { TurnUpdates } from './turnUpdates.js';
import type { RunningTurn, TurnOptions, Workspace } from './workspace.js';

/** Runs turns: one at a time in a session, any number of sessions at once. */
export class TurnRunner {
  readonly #context: CoreContext;
  readonly #catalog: AgentCatalog;
  readonly #updates: TurnUpdates;
  readonly #running = new Map<string, Turn>();
  readonly #starting = new Set<string>();
  readonly #warm: WarmAgents;
  readonly #contextSizes = new Map<string, number>();
  readonly #door: AgentDoor;
  #disposed = false;

  constructor(context: CoreContext, catalog: AgentCatalog, updates: TurnUpdates, workspace: Workspace) {
    this.#context = context;
    this.#catalog = catalog;
    this.#updates = updates;
    this.#warm = new WarmAgents(context);
    this.#door = new AgentDoor(context, workspace, (id) => this.#running.get(id));
  }

  /** Sessions that an agent is kept for. */
  get warm(): number {
    return this.#warm.size;
  }

  running(id: string): Turn | undefined {
    return this.#running.get(id);
  }

  /** Starts a turn of one of our sessions; resolves when the prompt is kept. `untrusted`, `busy`, `damaged`, `newer_version`, `over_budget`. */
  async start(id: string, options: TurnOptions, trusted: boolean): Promise<RunningTurn> {
    if (!trusted) throw untrusted('no agent is started in it');
    const running = this.#running.get(id);
    // One that was taken from us is about to end.
    if (options.takeOver === true && running?.signal.aborted) await running.done;
    if (this.#disposed || this.#running.has(id) || this.#starting.has(id)) {
      throw new SessionError('busy', `session ${id.slice(0, 8)} is running in this ${this.#context.program} already`, {
        hint: 'wait for that turn to end, or stop it',
      });
    }
    this.#starting.add(id);
    try {
      return await this.#start(id, options);
    } finally {
      this.#starting.delete(id);
    }
  }

  /** Ends the turns of these sessions and forgets their agents. */
  async stop(ids: readonly string[]): Promise<void> {
    const turns = ids.flatMap((id) => this.#running.get(id) ?? []);
    for (const turn of turns) turn.stop('cancelled');
    await Promise.all(turns.map((turn) => turn.done));
    for (const id of ids) this.#warm.drop(id);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const turns = [...this.#running.values()];
    for (const turn of turns) turn.stop('interrupted');
    await Promise.all(turns.map((turn) => turn.done));
    await this.#warm.dispose();
    await this.#door.close();
  }

  async #start(id: string, options: TurnOptions): Promise<Turn> {
    const context = this.#context;
    const { store } = context;
    refuseUnreadable(await store.row(id));
    const lease = await store.acquireLease(id, { takeOver: options.takeOver });
    try {
      await store.recoverPartials();
      const record = await store.read(id);
      const { entries: history } = await store.entries(id);
      const warnings = await checkBudgets(context, { record, history });
      const settled = await turnPlan(context, this.#catalog, record, history, options);
      const plan = { ...settled, warnings: [...settled.warnings, ...warnings] };
      const entry = promptEntry(options.content, plan.backend, context.now());
      // From now on whoever comes after a crash can tell that a turn was under way.
      await store.writePartial(id, []);
      await store.append(id, [entry]);
      const entries = new TurnEntries({ newId: freshId, now: context.now, backend: plan.backend });
      const turn = new Turn({
        ...{ id, store, lease, entries, mode: plan.mode, depth: options.depth ?? 0 },
        byMode: (request) => answerByMode(request, { mode: plan.mode, cwd: plan.cwd, root: store.root }),
        tell: (update) => this.#updates.tell(id, update),
      });
      this.#running.set(id, turn);
      turn.begin(entry, plan);
      const kept = { catalog: this.#catalog, warm: this.#warm, contextSizes: this.#contextSizes, door: this.#door };
      const job = { turn, record, history, plan, content: options.content, lease, ...kept };
      void actTurn(context, job).then((ended) => {
        this.#running.delete(id);
        turn.finish(ended);
      });
      return turn;
    } catch (error) {
      await store
        .writePartial(id, null)
        .catch((cause: unknown) => context.logger.warn(`word of a turn stays in ${id}: ${messageOf(cause)}`));
      await lease.release();
      throw error;
    }
  }
}

function promptEntry(content: readonly ContentBlock[], backend: string, now: number): EntryOf<'message'> {
  const timestamp = new Date(now).toISOString();
  return { type: 'message', id: freshId(), timestamp, message: { role: 'user', content: [...content] }, backend };
}

/** A session of a newer program must not be written by this one; one that lost its record still tells all it can by `doctor`. */
function refuseUnreadable({ problem }: SessionRow): void {
  if (problem?.kind === 'newer') throw new SessionError('newer_version', problem.detail, { hint: 'update Skein to go on with it' });
  if (problem?.kind === 'unreadable' || problem?.kind === 'damaged')
    throw new SessionError('damaged', problem.detail, { hint: 'skein doctor --fix' });
}
