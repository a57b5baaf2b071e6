import * as path from 'node:path';
import { installClaudeAdapter } from '../agentInstall.js';
import type { RealAgent } from './realAgent.js';

/** Sends Claude Code to the tests' own server, and lets it try once. */
export const claudeEnvironment = (url: string) => ({
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: 'a-key-for-the-test',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_MAX_RETRIES: '0',
  DISABLE_AUTOUPDATER: '1',
  IS_SANDBOX: '1',
});

export const claude: RealAgent = {
  name: 'claude',
  title: 'Claude Code, claude-agent-acp',
  install: async () => path.join(await installClaudeAdapter(), 'node_modules/.bin'),
  prepare: (_home, url) => Promise.resolve(claudeEnvironment(url)),
};
