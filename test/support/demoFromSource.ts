import { fileURLToPath } from 'node:url';
import type { AgentConfig } from '../../src/agents/agentSearch.js';

/** `agents.demo` of a config that runs the demo agent from its source, so that a test needs no build. */
export const demoFromSource: AgentConfig = {
  command: process.execPath,
  args: ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('../../src/agents/demoAgent.ts', import.meta.url))],
};
