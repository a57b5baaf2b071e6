import { claude } from './claude.js';
import { codex } from './codex.js';
import { gemini } from './gemini.js';
import { opencode } from './opencode.js';
import type { RealAgent } from './realAgent.js';

/** The agents that hand sessions to each other. */
const realAgents: readonly RealAgent[] = [claude, codex, gemini, opencode];

/** The others, in an order in which each of the four hands over to each other one, once, in the tests of all. */
export function othersThan(agent: RealAgent): readonly RealAgent[] {
  const place = realAgents.findIndex(({ name }) => name === agent.name);
  if (place === -1) return realAgents;
  return [1, 3, 2].map((step) => realAgents[(place + step) % realAgents.length]!);
}
