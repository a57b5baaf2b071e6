import type { ContentBlock } from '../model/entry.js';
import type { MessageUsage } from '../model/usage.js';
import type { PermissionRequest, TurnUpdate } from '../model/turn.js';
import type { StopReason } from '../model/entry.js';
import type { ThinkingLevel } from '../model/thinkingLevel.js';
import type { Logger } from '../model/logger.js';
import type { ReplayMessage } from '../model/replayMessages.js';

/** An agent that is on this machine, or could be. `problem` says why it cannot be started, `install` the command that mends it. */
export interface AgentInfo {
  readonly name: string;
  readonly title: string;
  /** True for the built-in demo, which is labelled as one wherever it is shown. */
  readonly demo: boolean;
  readonly version?: string | undefined;
  readonly path?: string | undefined;
  readonly problem?: string | undefined;
  readonly install?: string | undefined;
  /** How it is spoken to: the Agent Client Protocol, or the program's own interface. Absent where it was not found. */
  readonly via?: AgentVia | undefined;
  /** Who named it, where it is not one that we know: the person's config, or the editor with its own models. */
  readonly from?: 'config' | 'editor' | undefined;
  /** Where the key of an endpoint comes from. `none`: it is sent without one. Absent: it is no endpoint. */
  readonly key?: 'editor' | 'environment' | 'missing' | 'none' | undefined;
  /** Opening a session tells what it offers, needs neither a login nor the network, and leaves nothing where nothing is said in it. */
  readonly tells?: boolean | undefined;
  readonly can: readonly AgentAbility[];
}

export type AgentVia = 'acp' | 'own';
export type AgentAbility = 'load' | 'resume' | 'fork' | 'fork_at' | 'permissions' | 'models' | 'modes' | 'thinking';

/** What streams out of a turn before the core makes entries of it. Ids are the agent's. */
export type AgentUpdate =
  | Extract<TurnUpdate, { kind: 'tool' | 'plan' | 'usage' | 'title' | 'notice' }>
  | { readonly kind: 'text' | 'thinking'; readonly delta: string; readonly source_id?: string | undefined };

export interface TurnResult {
  readonly stop_reason: StopReason;
  /** Usage of this turn, where the agent reports it. */
  readonly usage?: MessageUsage | undefined;
  readonly model?: string | undefined;
}

export interface TurnHooks {
  readonly update: (update: AgentUpdate) => void;
  /** Asks the person; resolves to the chosen option's id, or `null` for cancelled. */
  readonly permission: (request: PermissionRequest) => Promise<string | null>;
  /** Aborting cancels the turn: politely first, by killing the process tree if the agent does not end within a second. */
  readonly signal: AbortSignal;
}

/** A command that the agent takes at the start of a prompt, after a slash. `hint`: what may follow it; empty for nothing. */
export interface AgentCommandInfo {
  readonly name: string;
  readonly description: string;
  readonly hint: string;
}

/** A conversation that a running agent process holds. One turn at a time. */
export interface AgentSession {
  /** The agent's own id: what `backend_session_id` keeps. */
  readonly id: string;
  readonly models: readonly { readonly id: string; readonly title: string }[];
  readonly model: string | undefined;
  /** How much its model can be told to think, where it says so. */
  readonly levels?: readonly ThinkingLevel[] | undefined;
  /** What it has told of its own commands so far. */
  readonly commands?: readonly AgentCommandInfo[] | undefined;
  /** Tokens that its model holds, where that is known before the first turn. */
  readonly contextSize?: number | undefined;
  /** Rejects with `agent_failed` (the agent's last words in the hint) when the agent dies or answers an error. */
  prompt(content: readonly ContentBlock[], hooks: TurnHooks): Promise<TurnResult>;
  setModel(model: string): Promise<void>;
  setMode(mode: string): Promise<void>;
  /** How much it thinks, where the agent lets one choose; `unsupported` for a level that it has not got. */
  readonly setThinking?: (level: ThinkingLevel) => Promise<void>;
  /** Takes the conversation so far as messages, before the first prompt: what keeps no session of its own has this. */
  readonly recall?: (history: readonly ReplayMessage[]) => void;
  readonly lateTitle?: LateTitle;
}

/** The title of a new session: agents make it beside the first turn, and may tell it after that has ended. */
export interface LateTitle {
  /** Hears of each title that comes while no turn runs, and of one that has come already. */
  listen(listener: (title: string) => void): void;
  /** Resolves when there is one, or it is too long in coming: to be waited for before the agent is ended. */
  come(): Promise<void>;
}

/** Where a fork begins: after this many turns of the agent's own session, the last of which ends with the message of that id. */
export interface ForkPoint {
  readonly turns: number;
  readonly messageId: string | undefined;
}

/** An MCP server that the agent is to start and use, over stdio. */
export interface McpProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface SessionOptions {
  readonly cwd: string;
  readonly model?: string | undefined;
  readonly mode?: string | undefined;
  /**
   * What the session to resume or fork is known to have cost, in US dollars. Agents report a running total, and a resumed one
   * goes on with it, so without this the cost of the first turn after a resume stays unknown.
   */
  readonly spent_usd?: number | undefined;
  readonly mcp?: readonly McpProgram[] | undefined;
}

/** A started agent process. Abilities are optional objects: what is absent the agent cannot do. */
export interface AgentConnection {
  readonly info: AgentInfo;
  create(options: SessionOptions): Promise<AgentSession>;
  readonly resume?: (id: string, options: SessionOptions) => Promise<AgentSession>;
  readonly fork?: (id: string, options: SessionOptions) => Promise<AgentSession>;
  readonly forkAt?: (id: string, point: ForkPoint, options: SessionOptions) => Promise<AgentSession>;
  /** While it runs, its program refuses to go on with its sessions anywhere else. */
  readonly exclusive?: boolean;
  /** Resolves when the process ended, with its last words. */
  readonly closed: Promise<{ readonly code: number | null; readonly lastWords: string }>;
  dispose(): Promise<void>;
}

/** How to start an agent. Comes from the catalogue or the user's own config, never from a folder's files. */
export interface AgentCommand {
  readonly name: string;
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ConnectOptions {
  readonly cwd: string;
  readonly logger: Logger;
  /** What the process gets on top of our environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface AgentCatalog {
  /** Every agent known, found or not; the demo last. Cheap enough for each welcome view: looks, starts nothing. */
  list(): Promise<readonly AgentInfo[]>;
  /** Starts one; `agent_missing` with the install command as hint where it is not there. */
  connect(name: string, options: ConnectOptions): Promise<AgentConnection>;
}
