import type { AgentCatalog, AgentInfo } from '../agents/agent.js';
import type { ChatModel } from '../agents/chatModel.js';
import type { Editor } from '../agents/editorAgent.js';
import type { AgentOffers } from '../model/agentOffers.js';
import type { ContentBlock, Entry } from '../model/entry.js';
import type { Logger } from '../model/logger.js';
import type { ListFilter } from '../model/filter.js';
import type { Completion } from '../model/completion.js';
import type { PermissionRule } from '../model/permissionRule.js';
import type { PromptCommandInfo, PromptOutcome } from '../model/promptCommand.js';
import type { CleanRow, Finding, RelinkRow, RemovalRow, SearchHit, SettingsReport, SourceHealth, UsageRow } from '../model/report.js';
import type { UsageGroup } from '../model/usageGroup.js';
import type { SessionRecord, SessionSettings } from '../model/record.js';
import type { PermissionMode } from '../model/permissionMode.js';
import type { SessionStatus } from '../model/sessionStatus.js';
import type { QueuedPrompt } from '../model/queuedPrompt.js';
import type { Holder, Problem, SessionRow } from '../model/row.js';
import type { Snapshot } from '../model/snapshot.js';
import type { TurnUpdate } from '../model/turn.js';
import type { SourceInfo } from '../sources/source.js';
import type { Sent, SessionState, ToolName, ToolResult } from '../model/sessionTools.js';
import type { DeletedRow, UndoResult } from '../store/store.js';
import type { CleanOptions } from './clean.js';
import type { SendOptions, SpawnOptions } from './door/callOptions.js';
import type { ForkOptions } from './fork.js';
import type { RelinkOptions } from './foreign/relink.js';
import type { UsageOptions } from './usage.js';

export interface ListResult {
  readonly rows: readonly SessionRow[];
  /** Rows that the filter left out, of those that the folder has (archived ones only where asked for). */
  readonly hidden: number;
  readonly problems: readonly Problem[];
}

export interface CreateOptions {
  readonly backend?: string | undefined;
  readonly model?: string | undefined;
  readonly title?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly settings?: SessionSettings | undefined;
  /** The session that starts it: its parent. */
  readonly spawnedBy?: string | undefined;
}

export interface SessionPatch {
  readonly title?: string | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
  readonly pinned?: boolean | undefined;
  readonly archived?: boolean | undefined;
  readonly status?: SessionStatus | undefined;
  readonly settings?: SessionSettings | undefined;
  /** Hands the session to another agent, which is told the conversation at its first turn. */
  readonly backend?: string | undefined;
}

export type ExportFormat = 'json' | 'md' | 'bundle';

export interface TurnOptions {
  readonly content: readonly ContentBlock[];
  /** Sends the last prompt again, which did not end well, in place of `content`: it is not written twice. */
  readonly again?: boolean | undefined;
  /** Tightens or, from the person's own surface, loosens what the session asks. Default `ask`. */
  readonly mode?: PermissionMode | undefined;
  /** The loosest mode it may run in, whatever the session and its agent say: that of the session that sent the prompt. */
  readonly atMost?: PermissionMode | undefined;
  /** How many sessions stand between a person and this prompt. Default 0. */
  readonly depth?: number | undefined;
  /** Ends another process's turn in the session first. */
  readonly takeOver?: boolean | undefined;
}

/** A turn of another process that is shown here: listeners get its updates. Leaving it lets it go on. */
export interface FollowedTurn {
  readonly holder: Holder;
  /** All of the session's entries so far. */
  readonly entries: readonly Entry[];
  /** What streams and is no entry yet. */
  readonly live: readonly TurnUpdate[];
  /** How it ended; `undefined` where it was not waited for. */
  readonly done: Promise<Extract<TurnUpdate, { kind: 'ended' }> | undefined>;
  stop(): void;
}

/** A turn under way. Listeners get updates with a rising `seq`; `done` never rejects: a failure is an `ended` with its error. */
export interface RunningTurn {
  readonly id: string;
  readonly done: Promise<Extract<TurnUpdate, { kind: 'ended' }>>;
  /** Entries that are complete so far, in order; the prompt is the first. */
  readonly complete: readonly Entry[];
  cancel(): void;
  respond(request: string, option: string | null): void;
}

export type TurnListener = (id: string, seq: number, update: TurnUpdate) => void;

/**
 * The verbs of the product for one folder, shared by the server, the CLI and the MCP server. Ids may be given whole,
 * as a unique prefix of 4 or more characters, or as a position in the last default list (1 to 99).
 */
export interface Workspace {
  /** The folder as given, absolute and real. */
  readonly dir: string;
  /** The `.skein` it resolves to; it may not exist yet. */
  readonly root: string;

  resolveId(text: string): Promise<string>;
  list(filter?: ListFilter): Promise<ListResult>;
  get(id: string): Promise<SessionRow>;
  /** What a panel shows: entries, and the live updates of a turn that runs, here or in another process. */
  snapshot(id: string): Promise<Snapshot>;
  /** The session that `-c` continues: the last used of this working tree that can go on, with `running` also a busy one; `undefined` when there is none. */
  latest(options?: { readonly running?: boolean | undefined }): Promise<SessionRow | undefined>;
  /** The five last used. */
  recent(): Promise<readonly SessionRow[]>;
  history(id: string, last?: number): Promise<readonly Entry[]>;
  /** What processes wrote that had lost the session: kept in its file, and no part of its history. */
  setAside(id: string): Promise<readonly Entry[]>;
  search(query: string, limit?: number): Promise<readonly SearchHit[]>;

  create(options: CreateOptions): Promise<SessionRecord>;
  /** Makes a session ready to go on: adopts another program's (a record with `origin`), returns ours as it is. */
  resume(id: string): Promise<SessionRow>;
  fork(id: string, options: ForkOptions): Promise<SessionRecord>;
  patch(ids: readonly string[], patch: SessionPatch): Promise<readonly SessionRow[]>;
  /**
   * Ours go to the trash; another program's is hidden, and its store stays as it is. With `inSource` it is deleted there too, a
   * copy kept: `planRemoval` says beforehand of each whether that can be done and taken back.
   */
  remove(ids: readonly string[], options?: { readonly inSource?: boolean | undefined }): Promise<void>;
  planRemoval(ids: readonly string[]): Promise<readonly RemovalRow[]>;
  trashed(): Promise<readonly DeletedRow[]>;
  restore(ids: readonly string[]): Promise<void>;
  undo(): Promise<UndoResult | null>;
  clean(options: CleanOptions): Promise<readonly CleanRow[]>;
  /** Puts the sessions of a folder that was moved where it is now, undoable; without `from` a preview of all whose folder is gone. */
  relink(options: RelinkOptions): Promise<readonly RelinkRow[]>;
  export(ids: readonly string[], format: ExportFormat): Promise<Uint8Array>;
  import(bytes: Uint8Array): Promise<readonly SessionRecord[]>;
  usage(by?: UsageGroup, options?: Omit<UsageOptions, 'by'>): Promise<readonly UsageRow[]>;
  setDraft(id: string, draft: string): Promise<void>;

  /** Runs a turn; rejects with `busy` when another process runs one and it is not to be taken over, `untrusted` in a folder that is not trusted. */
  startTurn(id: string, options: TurnOptions): Promise<RunningTurn>;
  /** Sends a message to a session, whose agent answers it; waits for a session that runs, or is refused, as `send_policy` says. */
  send(options: SendOptions): Promise<Sent>;
  /** A new session with its first prompt. */
  spawn(options: SpawnOptions): Promise<Sent>;
  status(id: string): Promise<SessionState>;
  /** A tool for an agent that Skein did not start itself; `depth` and `session` as its environment says. Nobody can be asked. */
  runTool<T extends ToolName>(
    name: T,
    params: unknown,
    options: { readonly session?: string | undefined; readonly depth: number; readonly signal: AbortSignal },
  ): Promise<ToolResult<T>>;
  /** Resolves when nothing that was sent or started from here is under way any more. */
  settled(): Promise<void>;
  /** With what a session's next turn would run: its own settings over its agent's defaults. */
  settings(id: string): Promise<SettingsReport>;
  /**
   * Starts a turn, or has the prompt wait for the one that runs in this process; `steers`: ends that one, and goes on with this.
   * The id of a prompt that waits, else `undefined`.
   */
  queueTurn(id: string, options: TurnOptions, how?: { readonly steers?: boolean | undefined }): Promise<string | undefined>;
  /** Sends the last prompt again, whose turn did not end well; it stands in the transcript once. `usage` where there is none. */
  retryTurn(id: string, options?: Pick<TurnOptions, 'mode'>): Promise<RunningTurn>;
  /** Takes a prompt that waits back, and returns it; `not_found` when it does not wait any more. */
  unqueue(id: string, prompt: string): Promise<QueuedPrompt>;
  /** What a prompt of the session may begin with, after a slash. */
  promptCommands(id: string): Promise<readonly PromptCommandInfo[]>;
  /** What may follow a prompt that was typed up to the cursor: commands, values, files, sessions. Without an id it is a new session's. */
  completePrompt(id: string | undefined, text: string): Promise<Completion>;
  /** Does what a prompt asks of Skein itself; not handled, it is for the agent. `usage` for words that do not fit. */
  runPrompt(id: string, text: string): Promise<PromptOutcome>;
  running(id: string): RunningTurn | undefined;
  onTurn(listener: TurnListener): () => void;
  /** Shows a turn that another process runs; `undefined` where none does. `snapshot` begins that too, where somebody listens. */
  follow(id: string): Promise<FollowedTurn | undefined>;
  /** Takes the session from the process that runs it: its turn ends, what streamed is kept, and the session is free. */
  takeLease(id: string): Promise<SessionRow>;
  /** Tells who runs a session that is followed: at its beginning, at each change, and `undefined` at its end. */
  onLease(listener: (id: string, holder: Holder | undefined) => void): () => void;

  agents(): Promise<readonly AgentInfo[]>;
  /**
   * What an agent lets a person choose from, as it told at its last turn, and what its sessions begin with. With `ask`, one that no
   * program has to be started for is asked now.
   */
  offers(agent: string, options?: { readonly ask?: boolean | undefined }): Promise<AgentOffers>;
  /** What this person allowed agents for longer than once in this folder; `remove` takes it back. */
  rules(): { list(): Promise<readonly PermissionRule[]>; remove(ids: readonly string[]): Promise<void> };
  sources(): Promise<readonly SourceInfo[]>;
  /** How each store is: cheap, and without looking into transcripts, which `doctor` does. */
  health(): Promise<readonly SourceHealth[]>;
  doctor(options?: { readonly fix?: boolean }): Promise<readonly Finding[]>;
  config(): { get(key?: string): Promise<unknown>; set(key: string, value: unknown): Promise<void> };
  onChanged(listener: (ids: readonly string[]) => void): () => void;
  /** Ends running turns, keeping what streamed, and stops watching. */
  dispose(): Promise<void>;
}

export interface WorkspaceOptions {
  readonly program: string;
  readonly surface: string;
  /** The environment: `SKEIN_STORE`, `SKEIN_HOME`, `HOME`, `PATH`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** Whether programs may be started for this folder. */
  readonly trusted: () => boolean;
  readonly now?: () => number;
  /** The editor that this runs in, where it is one. */
  readonly editor?: Editor;
  /** Other agents than this computer's: for tests. */
  readonly agents?: AgentCatalog;
}

// What the verbs give back is part of their contract: a surface needs no layer below the core to name it.
export type { AgentInfo, ChatModel, DeletedRow, Editor, SourceInfo, UndoResult };
