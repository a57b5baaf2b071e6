import type { AgentInfo } from '../../agents/agent.js';
import { SessionError } from '../../model/errors.js';
import type { SessionRecord } from '../../model/record.js';

/** The agent of that name; `usage` where there is none, `agent_missing` with the install command where it cannot be started. */
export function requireAgent(agents: readonly AgentInfo[], name: string): AgentInfo {
  const agent = agents.find((known) => known.name === name);
  if (!agent)
    throw new SessionError('usage', `there is no agent named ${name}`, {
      hint: `known are ${agents.map((known) => known.name).join(', ')}`,
    });
  if (agent.problem !== undefined) throw new SessionError('agent_missing', `${agent.title}: ${agent.problem}`, { hint: agent.install });
  return agent;
}

/**
 * The fields that hand a session to another agent. What belongs to the former one alone goes: its own session, and its models.
 * The conversation is told to the new one at its first turn.
 */
export function handedTo(backend: string, { settings }: Pick<SessionRecord, 'settings'>): Partial<SessionRecord> {
  const { model: _model, fallbacks: _fallbacks, ...rest } = settings;
  return { backend, backend_session_id: undefined, model: undefined, settings: rest };
}
