import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../../src/model/errors.js';
import { claudeAdapterVersion, codexVersion, opencodeVersion } from '../support/agentInstall.js';
import { cacheFolder } from '../support/cacheFolder.js';
import type { Figure } from './figure.js';

const system = `${process.platform}-${process.arch}`;

/** What lists an agent's sessions, in the folder of agents that the tests have fetched. */
const programs = {
  claude: {
    what: "the Claude Agent SDK's listSessions",
    path: `claude-agent-acp-${claudeAdapterVersion}-${system}/node_modules/@anthropic-ai/claude-agent-sdk/sdk.mjs`,
  },
  codex: {
    what: "codex app-server's thread/list, its first start with it",
    path: `codex-${codexVersion}-${system}/node_modules/.bin/codex`,
  },
  opencode: { what: 'opencode session list', path: `opencode-${opencodeVersion}-${system}/node_modules/.bin/opencode` },
} as const;

const toldSchema = z.tuple([z.number(), z.number()]);

/**
 * How long an agent takes for its own list of the sessions in `home`, once, for comparison: there is no bound on it. None where
 * the agent is not in the cache. It may write into the home.
 */
export function ownListing(worker: string, name: keyof typeof programs, title: string, home: string): readonly Figure[] {
  const { what, path } = programs[name];
  const program = join(cacheFolder(), 'agents', path);
  if (!existsSync(program)) return [];
  try {
    const options = { encoding: 'utf8', timeout: 300_000 } as const;
    // The SDK holds all that it reads.
    const told = execFileSync(process.execPath, ['--max-old-space-size=8192', worker, name, program, home], options);
    const [value, sessions] = toldSchema.parse(JSON.parse(told));
    return [{ name: `${title}: for comparison, ${what}`, value, unit: 'ms', of: { sessions } }];
  } catch (error) {
    // What another program cannot do takes nothing from our own figures.
    process.stderr.write(`${what}: ${messageOf(error)}\n`);
    return [];
  }
}
