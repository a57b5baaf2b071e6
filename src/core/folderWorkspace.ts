import type { AgentCatalog, AgentInfo } from '../agents/agent.js';
import type { AgentOffers } from '../model/agentOffers.js';
import type { Entry } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import type { ListFilter } from '../model/filter.js';
import type { Completion } from '../model/completion.js';
import type { PromptCommandInfo, PromptOutcome } from '../model/promptCommand.js';
import type { CleanRow, Finding, RelinkRow, RemovalRow, SearchHit, SettingsReport, SourceHealth, UsageRow } from '../model/report.js';
import type { SessionRecord } from '../model/record.js';
import type { QueuedPrompt } from '../model/queuedPrompt.js';
import type { SessionRow } from '../model/row.js';
import type { Sent, SessionState, ToolName, ToolResult } from '../model/sessionTools.js';
import type { Snapshot } from '../model/snapshot.js';
import type { SourceInfo } from '../sources/source.js';
import type { DeletedRow, UndoResult } from '../store/store.js';
import { resumeSession } from './foreign/adopt.js';
import type { CoreContext } from './context.js';
import { writeDraft } from './prompts/drafts.js';
import { FolderChanges } from './folderChanges.js';
import { forkSession, type ForkOptions } from './fork.js';
import type { Follow } from './turns/follow.js';
import type { Follows, LeaseListener } from './turns/follows.js';
import { foreignId } from './foreign/foreignId.js';
import { listSources } from './gatherRows.js';
import { latestSession, listSessions, recentSessions } from './listSessions.js';
import type { SendOptions, SpawnOptions } from './door/callOptions.js';
import type { SessionCalls } from './door/sessionCalls.js';
import { resolveId } from './sessionIds.js';
import { getRow, readHistory, takeSnapshot } from './turns/snapshot.js';
import type { TurnRunner } from './turns/turnRunner.js';
import { TurnUpdates } from './turns/turnUpdates.js';
import { untrusted } from './untrusted.js';
import type {
  CreateOptions,
  ExportFormat,
  FollowedTurn,
  ListResult,
  RunningTurn,
  SessionPatch,
  TurnListener,
  TurnOptions,
  Workspace,
} from './workspace.js';

export interface FolderWorkspaceOptions {
  readonly context: CoreContext;
  readonly trusted: () => boolean;
  /** Made when first needed: most commands start no agent. */
  readonly catalog: () => Promise<AgentCatalog>;
}

/** The verbs for one folder, each in a file of its own; what few commands need is loaded when it is first asked for. */
export class FolderWorkspace implements Workspace {
  readonly dir: string;
  readonly root: string;
  readonly #context: CoreContext;
  readonly #options: FolderWorkspaceOptions;
  readonly #updates = new TurnUpdates();
  readonly #leaseListeners = new Set<LeaseListener>();
  readonly #changes: FolderChanges;
  #runner: Promise<TurnRunner> | undefined;
  /** The same, once it is there: for what cannot wait. */
  #started: TurnRunner | undefined;
  #calls: Promise<SessionCalls> | undefined;
  #follows: Promise<Follows> | undefined;

  constructor(options: FolderWorkspaceOptions) {
    this.#options = options;
    this.#context = options.context;
    this.#changes = new FolderChanges(options.context);
    this.dir = options.context.dir;
    this.root = options.context.store.root;
  }

  resolveId(text: string): Promise<string> {
    return resolveId(this.#context, text);
  }

  list(filter?: ListFilter): Promise<ListResult> {
    return listSessions(this.#context, filter);
  }

  async get(id: string): Promise<SessionRow> {
    return getRow(this.#context, await this.resolveId(id));
  }

  async snapshot(id: string): Promise<Snapshot> {
    const whole = await this.resolveId(id);
    // Whoever listens sees it go on.
    const follow = this.#updates.heard ? await this.#followNow(whole) : undefined;
    return takeSnapshot(this.#context, whole, { runner: this.#started, updates: this.#updates, follow });
  }

  latest(options?: { readonly running?: boolean | undefined }): Promise<SessionRow | undefined> {
    return latestSession(this.#context, options);
  }

  recent(): Promise<readonly SessionRow[]> {
    return recentSessions(this.#context);
  }

  async history(id: string, last?: number): Promise<readonly Entry[]> {
    return readHistory(this.#context, await this.resolveId(id), last);
  }

  async setAside(id: string): Promise<readonly Entry[]> {
    const whole = await this.resolveId(id);
    return foreignId(whole) ? [] : this.#context.store.setAside(whole);
  }

  async search(query: string, limit?: number): Promise<readonly SearchHit[]> {
    return (await import('./search/search.js')).searchSessions(this.#context, query, limit, await this.#changes.gathered());
  }

  async create(options: CreateOptions): Promise<SessionRecord> {
    const { createSession } = await import('./createSession.js');
    return createSession(this.#context, await this.#options.catalog(), options);
  }

  async resume(id: string): Promise<SessionRow> {
    return getRow(this.#context, await resumeSession(this.#context, await this.resolveId(id), false));
  }

  async fork(id: string, options: ForkOptions): Promise<SessionRecord> {
    if (options.backend !== undefined) await this.#requireAgent(options.backend);
    return forkSession(this.#context, await this.resolveId(id), options);
  }

  async patch(ids: readonly string[], patch: SessionPatch): Promise<readonly SessionRow[]> {
    if (patch.backend !== undefined) await this.#requireAgent(patch.backend);
    const whole = await this.#ids(ids);
    await (await import('./patch.js')).patchSessions(this.#context, whole, patch);
    return Promise.all(whole.map((id) => getRow(this.#context, id)));
  }

  async remove(ids: readonly string[], { inSource = false }: { readonly inSource?: boolean | undefined } = {}): Promise<void> {
    const whole = await this.#ids(ids);
    await this.#started?.stop(whole);
    const { removeInSource, removeSessions } = await import('./remove.js');
    await (inSource ? removeInSource : removeSessions)(this.#context, whole);
  }

  async planRemoval(ids: readonly string[]): Promise<readonly RemovalRow[]> {
    return (await import('./remove.js')).planRemoval(this.#context, await this.#ids(ids));
  }

  async trashed(): Promise<readonly DeletedRow[]> {
    return (await import('./remove.js')).trashedSessions(this.#context);
  }

  async restore(ids: readonly string[]): Promise<void> {
    await (await import('./remove.js')).restoreSessions(this.#context, ids);
  }

  async undo(): Promise<UndoResult | null> {
    return (await import('./undo.js')).undoLast(this.#context);
  }

  async clean(options: Parameters<Workspace['clean']>[0]): Promise<readonly CleanRow[]> {
    return (await import('./clean.js')).cleanSessions(this.#context, options);
  }

  async relink(options: Parameters<Workspace['relink']>[0]): Promise<readonly RelinkRow[]> {
    return (await import('./foreign/relink.js')).relinkSessions(this.#context, options);
  }

  async export(ids: readonly string[], format: ExportFormat): Promise<Uint8Array> {
    return (await import('./transfer/exportSessions.js')).exportSessions(this.#context, await this.#ids(ids), format);
  }

  async import(bytes: Uint8Array): Promise<readonly SessionRecord[]> {
    return (await import('./transfer/importSessions.js')).importSessions(this.#context, bytes);
  }

  async usage(...[by, options]: Parameters<Workspace['usage']>): Promise<readonly UsageRow[]> {
    return (await import('./usage.js')).usageReport(this.#context, { ...options, by });
  }

  async setDraft(id: string, draft: string): Promise<void> {
    const whole = await this.resolveId(id);
    // Another program has no place for it: the session is ours from its first prompt on.
    if (!foreignId(whole)) await writeDraft(this.#context, whole, draft);
  }

  async startTurn(id: string, options: TurnOptions): Promise<RunningTurn> {
    const trusted = this.#options.trusted();
    const runner = await this.#runnerNow();
    const whole = await this.resolveId(id);
    return runner.start(trusted ? await resumeSession(this.#context, whole) : whole, options, trusted);
  }

  async send({ session, ...options }: SendOptions): Promise<Sent> {
    const announceTo = options.announceTo === undefined ? undefined : await this.resolveId(options.announceTo);
    return (await this.#callsNow()).send({ ...options, announceTo, session: await this.resolveId(session) });
  }

  async spawn(options: SpawnOptions): Promise<Sent> {
    const whole = async (id: string | undefined) => (id === undefined ? undefined : this.resolveId(id));
    const [announceTo, parent] = [await whole(options.announceTo), await whole(options.parent)];
    return (await this.#callsNow()).spawn({ ...options, announceTo, parent });
  }

  async status(id: string): Promise<SessionState> {
    const { sessionState } = await import('./door/sessionState.js');
    const whole = await this.resolveId(id);
    const queued = ((await this.#calls)?.queued(whole) ?? 0) + (this.#started?.queue.of(whole).length ?? 0);
    return sessionState(this.#context, whole, queued);
  }

  async runTool<T extends ToolName>(name: T, params: unknown, options: Parameters<Workspace['runTool']>[2]): Promise<ToolResult<T>> {
    const [{ runTool }, { callerFrom }] = await Promise.all([import('./door/sessionTools.js'), import('./door/caller.js')]);
    const caller = await callerFrom(this.#context, options);
    return runTool({ context: this.#context, workspace: this, caller, ask: undefined, allowed: new Set() }, name, params, options.signal);
  }

  async settled(): Promise<void> {
    await (await this.#calls)?.settled();
  }

  async settings(id: string): Promise<SettingsReport> {
    return (await import('./config/settingsReport.js')).settingsReport(this.#context, await this.resolveId(id));
  }

  async queueTurn(id: string, options: TurnOptions, { steers = false }: { readonly steers?: boolean | undefined } = {}) {
    const trusted = this.#options.trusted();
    const runner = await this.#runnerNow();
    const whole = await this.resolveId(id);
    const own = trusted ? await resumeSession(this.#context, whole) : whole;
    const started = await runner.queueUp(own, options, { trusted, steers });
    return 'done' in started ? undefined : started.id;
  }

  retryTurn(id: string, options: Pick<TurnOptions, 'mode'> = {}): Promise<RunningTurn> {
    return this.startTurn(id, { ...options, content: [], again: true });
  }

  async unqueue(id: string, prompt: string): Promise<QueuedPrompt> {
    const { options } = (await this.#runnerNow()).unqueue(await this.resolveId(id), prompt);
    return { id: prompt, content: [...options.content] };
  }

  async promptCommands(id: string): Promise<readonly PromptCommandInfo[]> {
    return (await import('./turns/runPrompt.js')).promptCommands({ workspace: this, facts: await this.#factsOf(id) });
  }

  async completePrompt(id: string | undefined, text: string): Promise<Completion> {
    const [{ completePrompt }, { folderFor }] = await Promise.all([import('./prompts/completePrompt.js'), import('./turns/turnPlan.js')]);
    const row = id === undefined ? undefined : await this.get(id);
    return completePrompt(text, {
      place: { cwd: row ? await folderFor(this.#context, row, []) : this.dir, root: this.root },
      commands: async () => (row ? this.promptCommands(row.id) : []),
      sessions: async () => (await this.list({ sort: 'last_used' })).rows.filter((other) => other.id !== row?.id),
    });
  }

  async runPrompt(id: string, text: string): Promise<PromptOutcome> {
    if (!text.startsWith('/')) return { handled: false };
    const whole = await this.resolveId(id);
    return (await import('./turns/runPrompt.js')).runPrompt({ id: whole, workspace: this, facts: await this.#factsOf(whole) }, text);
  }

  running(id: string): RunningTurn | undefined {
    return this.#started?.running(id);
  }

  onTurn(listener: TurnListener): () => void {
    return this.#updates.on(listener);
  }

  async follow(id: string): Promise<FollowedTurn | undefined> {
    return this.#followNow(await this.resolveId(id));
  }

  async takeLease(id: string): Promise<SessionRow> {
    if (!this.#options.trusted()) throw untrusted('nothing is taken over');
    const whole = await this.resolveId(id);
    await (await import('./turns/takeLease.js')).takeLease(this.#context, whole, this.#started);
    return getRow(this.#context, whole);
  }

  onLease(listener: LeaseListener): () => void {
    this.#leaseListeners.add(listener);
    return () => this.#leaseListeners.delete(listener);
  }

  async agents(): Promise<readonly AgentInfo[]> {
    return (await this.#options.catalog()).list();
  }

  async offers(agent: string, { ask = false }: { readonly ask?: boolean | undefined } = {}): Promise<AgentOffers> {
    const asks = ask && this.#options.trusted() ? this.#options.catalog : undefined;
    return (await import('./config/agentOffers.js')).agentOffers(this.#context, agent, asks);
  }

  rules() {
    const { rules, store } = this.#context;
    return { list: () => rules.list(store.root), remove: (ids: readonly string[]) => rules.remove(store.root, ids) };
  }

  async sources(): Promise<readonly SourceInfo[]> {
    return Promise.all(
      this.#context.sources.map((source) =>
        source.info().catch((error: unknown) => {
          const { name, title } = source;
          return { name, title, path: '', found: false, problem: messageOf(error) };
        }),
      ),
    );
  }

  async health(): Promise<readonly SourceHealth[]> {
    return (await import('./health.js')).healthReport(this.#context);
  }

  async doctor(options?: { readonly fix?: boolean }): Promise<readonly Finding[]> {
    const [own, { problems }] = await Promise.all([this.#context.store.doctor(options), listSources(this.#context)]);
    return [...own, ...problems.map(({ path, kind, detail }) => ({ path, kind, detail }))];
  }

  config() {
    const { config } = this.#context;
    return { get: (key?: string) => config.get(key), set: (key: string, value: unknown) => config.set(key, value) };
  }

  onChanged(listener: (ids: readonly string[]) => void): () => void {
    return this.#changes.on(listener);
  }

  async dispose(): Promise<void> {
    await this.#changes.stop();
    await (await this.#follows)?.dispose();
    await this.#context.close();
    const calls = await this.#calls;
    calls?.stop();
    await (await this.#runner)?.dispose();
    await calls?.settled();
    this.#updates.clear();
    this.#leaseListeners.clear();
  }

  async #followNow(id: string): Promise<Follow | undefined> {
    if (foreignId(id)) return undefined;
    this.#follows ??= import('./turns/follows.js').then(
      ({ Follows }) =>
        new Follows(this.#context, this.#updates, (session, holder) => {
          for (const listener of this.#leaseListeners) listener(session, holder);
        }),
    );
    return (await this.#follows).get(id);
  }

  #ids(texts: readonly string[]): Promise<readonly string[]> {
    return Promise.all([...new Set(texts)].map((text) => this.resolveId(text)));
  }

  async #requireAgent(name: string): Promise<void> {
    (await import('./turns/switchAgent.js')).requireAgent(await this.agents(), name);
  }

  #callsNow(): Promise<SessionCalls> {
    this.#calls ??= import('./door/sessionCalls.js').then(({ SessionCalls }) => new SessionCalls(this.#context, this));
    return this.#calls;
  }

  /** What the session's agent told of itself, its models also before this process began. */
  async #factsOf(id: string) {
    const { backend } = await this.get(id);
    const facts = (this.#started?.known ?? new (await import('./turns/agentFacts.js')).KnownAgents()).of(backend);
    return facts.models.length > 0 ? facts : { ...facts, models: (await this.#context.told.of(backend)).models };
  }

  #runnerNow(): Promise<TurnRunner> {
    this.#runner ??= this.#makeRunner();
    return this.#runner;
  }

  async #makeRunner(): Promise<TurnRunner> {
    const { TurnRunner } = await import('./turns/turnRunner.js');
    this.#started = new TurnRunner(this.#context, await this.#options.catalog(), this.#updates, {
      workspace: this,
      leased: async (id) => (await this.#follows)?.look(id),
    });
    return this.#started;
  }
}
