import type { AgentInfoData } from '../../src/protocol/requests.js';

/** What pieces of the conversation need to know of its session. The same object until one of them changes. */
export interface Facts {
  readonly id: string;
  readonly workdir: string;
  readonly agents: readonly AgentInfoData[];
  readonly backend: string;
  readonly mode: string;
  /** What tools put out is shown without being asked for. */
  readonly verbose: boolean;
  /** Whether a turn may be started: trusted, not busy elsewhere, not read-only. */
  readonly writable: boolean;
}

/** How the panel calls an agent: `Claude` for `claude`. */
export function agentTitle(agents: readonly AgentInfoData[], name: string | undefined): string {
  if (name === undefined || name === '') return 'Agent';
  return agents.find((agent) => agent.name === name)?.title ?? name.charAt(0).toUpperCase() + name.slice(1);
}

export const isDemo = (agents: readonly AgentInfoData[], name: string | undefined): boolean =>
  name !== undefined && (agents.find((agent) => agent.name === name)?.demo ?? name === 'demo');
