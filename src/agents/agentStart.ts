import type { Logger } from '../model/logger.js';
import type { AgentCommand, AgentConnection, AgentInfo } from './agent.js';
import type { Limits } from './agentLimits.js';
import type { NodeProgram } from './nodeProgram.js';
import type { Program } from './programSearch.js';

/** All that a driver needs to start the agent that was found. */
export interface AgentStart {
  /** Its `env` is the whole environment of the process; see `agentEnvironment`. */
  readonly command: AgentCommand;
  readonly info: AgentInfo;
  readonly cwd: string;
  readonly logger: Logger;
  /** How long it may take, where the defaults do not serve. */
  readonly limits?: Partial<Limits> | undefined;
  /** What `command` runs. */
  readonly program: Program;
  /** A Node of at least that major version, with what it needs in the environment. Rejects with `agent_missing`. */
  readonly node: (least: number) => Promise<NodeProgram>;
}

/** Starts an agent and shakes hands. Rejects with `agent_failed`, and leaves no process, when that does not work. */
export type ConnectAgent = (start: AgentStart) => Promise<AgentConnection>;
