import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { objectIn } from '../jsonText.js';
import { objectOf, stringOf } from '../jsonValue.js';
import type { SourceOptions } from '../source.js';

/** One agent of OpenClaw, and where each era keeps its sessions. Either may be there, or both. */
export interface OpenclawAgent {
  readonly agent: string;
  /** JSON lines, up to 2026.7: `sessions.json` and a file a session. */
  readonly sessions: string;
  /** SQLite, from 2026.8 on. */
  readonly database: string;
}

export interface OpenclawPlace {
  readonly state: string;
  agents(): readonly OpenclawAgent[];
}

/** OpenClaw's state: `OPENCLAW_STATE_DIR`, else `~/.openclaw`, or what it was called before. */
export function openclawPlace({ env }: SourceOptions): OpenclawPlace {
  const home = env['OPENCLAW_HOME'] || (env['HOME'] ?? env['USERPROFILE'] ?? homedir());
  const own = env['OPENCLAW_STATE_DIR']?.replace(/^~(?=$|[/\\])/, home);
  const usual = join(home, '.openclaw');
  const former = [join(home, '.clawdbot'), join(home, '.moltbot')].find((folder) => existsSync(folder));
  const state = own || (existsSync(usual) ? usual : (former ?? usual));
  return {
    state,
    agents: () => {
      const moved = movedSessions(env['OPENCLAW_CONFIG_PATH'] || join(state, 'openclaw.json'), home);
      return namesIn(join(state, 'agents')).map((agent) => {
        const folder = join(state, 'agents', agent);
        return { agent, sessions: moved?.(agent) ?? join(folder, 'sessions'), database: join(folder, 'agent', 'openclaw-agent.sqlite') };
      });
    },
  };
}

/** Where the setting `session.store` puts an agent's `sessions.json`: its folder, by the agent's name. */
function movedSessions(config: string, home: string): ((agent: string) => string) | undefined {
  if (!existsSync(config)) return undefined;
  const store = stringOf(objectOf(objectIn(readFileSync(config, 'utf8'))['session'])['store']);
  if (store === '') return undefined;
  return (agent) => dirname(store.replaceAll('{agentId}', agent).replace(/^~(?=$|[/\\])/, home));
}

/** The names in a folder, sorted; none where it is not there. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}
