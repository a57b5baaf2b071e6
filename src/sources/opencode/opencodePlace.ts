import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { SourceOptions } from '../source.js';

export interface OpencodePlace {
  /** The folder to watch. */
  readonly folder: string;
  /** The database of a usual installation: there or not. */
  readonly usual: string;
  /** Those that are there. */
  databases(): readonly string[];
}

/**
 * Where OpenCode keeps its sessions: `OPENCODE_DB`, absolute or in its data folder; else `opencode.db`, and beside it one
 * database for each release channel but the usual ones.
 */
export function opencodePlace({ env }: SourceOptions): OpencodePlace {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  const data = join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'opencode');
  const own = env['OPENCODE_DB'];
  if (own === ':memory:') return { folder: data, usual: join(data, 'opencode.db'), databases: () => [] };
  if (own) {
    const path = isAbsolute(own) ? own : join(data, own);
    const [folder, name] = [join(path, '..'), path.slice(join(path, '..').length + 1)];
    return {
      folder,
      usual: path,
      databases: () =>
        namesIn(folder)
          .filter((found) => found === name)
          .map(() => path),
    };
  }
  return {
    folder: data,
    usual: join(data, 'opencode.db'),
    databases: () =>
      namesIn(data)
        .filter((name) => /^opencode(-[\w.-]+)?\.db$/.test(name))
        .sort()
        .map((name) => join(data, name)),
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}
