import { installClaude } from '../agentInstall.js';
import { claude } from './claude.js';
import type { RealAgent } from './realAgent.js';

/** The same agent without its adapter. */
export const claudeOwn: RealAgent = { ...claude, title: 'Claude Code, own interface', install: installClaude };
