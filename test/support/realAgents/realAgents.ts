import { claude } from './claude.js';
import { codex } from './codex.js';
import type { RealAgent } from './realAgent.js';

/** The agents that hand sessions to each other. */
const realAgents: readonly RealAgent[] = [claude, codex];

export function othersThan(agent: RealAgent): readonly RealAgent[] {
  return realAgents.filter(({ name }) => name !== agent.name);
}
