import { existsSync } from 'node:fs';
import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { watchFolder } from '../folderWatch.js';
import { opencodePlace } from './opencodePlace.js';
import { opencodeRows } from './opencodeRows.js';
import { readOpencodeSession } from './opencodeTranscript.js';
import type { Source, SourceInfo, SourceList, SourceOptions } from '../source.js';
import { sqliteReadingMissing, streamSqlite } from '../sqliteFile.js';
import { SqliteRows, type StampedRows } from '../sqliteRows.js';

/** OpenCode's own store: one SQLite database for all folders, `~/.local/share/opencode/opencode.db`. Never written to. */
export function opencodeSource(options: SourceOptions): Source {
  const place = opencodePlace(options);
  const known = new SqliteRows<StampedRows>({ rows: [], stamps: new Map() });

  async function list(signal?: AbortSignal): Promise<SourceList> {
    const rows = new Map<string, SessionRow>();
    const problems: Problem[] = [];
    const stamps = new Map<string, string>();
    for (const path of place.databases()) {
      const found = await known.get(path, (query, state) => opencodeRows(query, path, state, signal), signal);
      problems.push(...found.problems);
      for (const row of found.rows.rows) {
        const other = rows.get(row.id);
        if (other && other.last_used_at >= row.last_used_at) continue;
        rows.set(row.id, row);
        const stamp = found.rows.stamps.get(row.id);
        if (stamp !== undefined) stamps.set(row.id, stamp);
      }
    }
    return { rows: [...rows.values()], problems, stamps };
  }

  return {
    name: 'opencode',
    title: 'OpenCode',
    info: async (): Promise<SourceInfo> => {
      const [path = place.usual] = place.databases();
      const base = { name: 'opencode', title: 'OpenCode', path, found: existsSync(path), readOnly };
      if (!base.found) return base;
      const missing = sqliteReadingMissing();
      if (missing !== undefined) return { ...base, problem: missing };
      const { rows, problems } = await list();
      const version = rows.map(({ metadata }) => metadata['version']).reduce(newer, undefined);
      const problem = problems.find((found) => found.kind === 'unreadable')?.detail;
      return { ...base, count: rows.length, ...(typeof version === 'string' && { version }), ...(problem !== undefined && { problem }) };
    },
    list,
    read: async (ownId): Promise<readonly Entry[]> => {
      const row = (await list()).rows.find(({ id }) => id === `opencode:${ownId}`);
      if (!row) throw new SessionError('not_found', `OpenCode has no session ${ownId}`);
      return streamSqlite(row.path, (query) => readOpencodeSession(query, row, ownId));
    },
    watch: (changed) => watchFolder(place.folder, changed),
  };
}

const readOnly = "OpenCode's sessions are read-only here: rename and delete them in OpenCode, which keeps a log of its changes";

/** The later of two versions, by their numbers. */
function newer(a: unknown, b: unknown): unknown {
  if (typeof a !== 'string') return b;
  return typeof b === 'string' && b.localeCompare(a, 'en', { numeric: true }) > 0 ? b : a;
}
