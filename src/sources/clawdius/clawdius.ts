import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { clawdiusRows } from './clawdiusRows.js';
import { clawdiusCheckpoints, clawdiusMessages } from './clawdiusTranscript.js';
import { watchFolder } from '../folderWatch.js';
import type { Source, SourceInfo, SourceList, SourceOptions } from '../source.js';
import { readSqlite, sqliteReadingMissing, streamSqlite } from '../sqliteFile.js';
import { SqliteRows, type StampedRows } from '../sqliteRows.js';

/**
 * Clawdius' stores: it keeps `.clawdius/sessions.db` in each folder that it is started in, and beside it `checkpoints.db`,
 * whatever the environment says. Only the open folders are looked at: nothing tells where the others are.
 */
export function clawdiusSource(options: SourceOptions): Source {
  const stores = (options.folders ?? []).map((folder) => ({
    folder,
    store: join(folder, '.clawdius'),
    path: join(folder, '.clawdius', 'sessions.db'),
  }));
  const known = new SqliteRows<StampedRows>({ rows: [], stamps: new Map() });

  async function list(signal?: AbortSignal): Promise<SourceList> {
    const rows = new Map<string, SessionRow>();
    const problems: Problem[] = [];
    const stamps = new Map<string, string>();
    for (const { folder, path } of stores) {
      if (!isPlainFile(path)) continue;
      const found = await known.get(path, (query) => clawdiusRows(query, path, folder, signal), signal);
      problems.push(...found.problems);
      for (const row of found.rows.rows) {
        const other = rows.get(row.id);
        if (other && other.last_used_at >= row.last_used_at) continue;
        rows.set(row.id, row);
        stamps.set(row.id, found.rows.stamps.get(row.id) ?? '');
      }
    }
    return { rows: [...rows.values()], problems, stamps };
  }

  return {
    name: 'clawdius',
    title: 'Clawdius',
    info: async (): Promise<SourceInfo> => {
      const [first] = stores;
      const found = stores.find(({ path }) => isPlainFile(path));
      const base = {
        name: 'clawdius',
        title: 'Clawdius',
        path: found?.path ?? first?.path ?? join('.clawdius', 'sessions.db'),
        found: !!found,
        readOnly,
      };
      if (!found) return base;
      const missing = sqliteReadingMissing();
      if (missing !== undefined) return { ...base, problem: missing };
      const { rows, problems } = await list();
      const problem = problems.find(({ kind }) => kind === 'unreadable')?.detail;
      return { ...base, count: rows.length, ...(problem !== undefined && { problem }) };
    },
    list,
    read: async (ownId): Promise<readonly Entry[]> => {
      const row = (await list()).rows.find(({ id }) => id === `clawdius:${ownId}`);
      if (!row) throw new SessionError('not_found', `Clawdius has no session ${ownId}`);
      const entries = await streamSqlite(row.path, async (query) => [
        ...(await clawdiusMessages(query, row, ownId)),
        ...clawdiusCheckpoints(query, ownId),
      ]);
      const beside = join(row.path, '..', 'checkpoints.db');
      const more = isPlainFile(beside) ? readSqlite(beside, (query) => clawdiusCheckpoints(query, ownId)) : [];
      return more.length === 0 && !entries.some(({ type }) => type === 'checkpoint') ? entries : inOrder([...entries, ...more]);
    },
    watch: (changed) => {
      const stops = stores.map(({ store }) => watchFolder(store, changed));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

const readOnly = "Clawdius' sessions are read-only here: a running Clawdius keeps its session in memory and does not look again";

/** A folder can come from a stranger: a link in it is not followed, nor a `.clawdius` that is one. */
const isPlainFile = (path: string): boolean =>
  lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() === true &&
  lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** Checkpoints put where they were made; what is of one time stays in its order. */
const inOrder = (entries: readonly Entry[]): readonly Entry[] =>
  [...entries].sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
