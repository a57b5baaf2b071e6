import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { stringOf, timeOf, type JsonObject } from '../jsonValue.js';
import { openclawBranch } from './openclawBranch.js';
import { openclawEvents, openclawStored, type OpenclawDatabase } from './openclawDatabase.js';
import { openclawEntries, type OpenclawFork } from './openclawEntries.js';
import { OpenclawFiles } from './openclawFiles.js';
import { openclawPlace } from './openclawPlace.js';
import { openclawRow, type OpenclawSession } from './openclawRow.js';
import { watchAgents } from './openclawWatch.js';
import type { Source, SourceInfo, SourceList, SourceOptions } from '../source.js';
import { sqliteReadingMissing, streamSqlite } from '../sqliteFile.js';
import { SqliteRows } from '../sqliteRows.js';

interface Found {
  readonly session: OpenclawSession;
  readonly stamp?: string | undefined;
  /** Gives the transcript as OpenClaw wrote it. */
  events(): Promise<readonly JsonObject[]>;
}

/**
 * OpenClaw's sessions of both eras, by what is there: JSON lines up to 2026.7, SQLite from 2026.8 on. Never written to: it keeps
 * what it has read in memory, and one foreign change makes it refuse a whole database.
 */
export function openclawSource(options: SourceOptions): Source {
  const place = openclawPlace(options);
  const files = new OpenclawFiles();
  const databases = new SqliteRows<OpenclawDatabase>({ stored: [] });

  async function find(
    signal?: AbortSignal,
  ): Promise<{ readonly found: readonly Found[]; readonly problems: readonly Problem[]; readonly version: string | undefined }> {
    const agents = place.agents();
    const problems: Problem[] = [];
    const found = new Map<string, Found>();
    let version: string | undefined;
    for (const { agent, database } of agents) {
      if (!existsSync(database)) continue;
      const result = await databases.get(database, (query, state) => openclawStored(query, database, agent, state, signal), signal);
      problems.push(...result.problems);
      version ??= result.rows.version;
      for (const { session, stamp } of result.rows.stored) {
        found.set(session.id, {
          session,
          stamp,
          events: () => streamSqlite(database, (query) => openclawEvents(query, database, session.id)),
        });
      }
    }
    const older = await files.list(agents, signal);
    problems.push(...older.problems);
    for (const { session, transcript } of older.files) {
      // What was imported into the database goes on there. A copy beside the session itself has its id in its name as well.
      if (found.has(session.id)) continue;
      found.set(session.id, { session, stamp: transcript?.stamp, events: async () => (transcript ? files.events(transcript.path) : []) });
    }
    return { found: [...found.values()], problems, version };
  }

  const rowsOf = (found: readonly Found[]): SessionRow[] => {
    const byKey = new Map(found.toReversed().map(({ session }) => [session.key, session.id]));
    return found.map(({ session }) => openclawRow(session, (key) => (key === '' ? undefined : byKey.get(key))));
  };

  return {
    name: 'openclaw',
    title: 'OpenClaw',
    info: async (): Promise<SourceInfo> => {
      const base = { name: 'openclaw', title: 'OpenClaw', path: place.state, found: existsSync(join(place.state, 'agents')), readOnly };
      if (!base.found) return base;
      const { found, problems, version } = await find();
      const missing = place.agents().some(({ database }) => existsSync(database)) ? sqliteReadingMissing() : undefined;
      const problem = missing ?? problems.find(({ kind }) => kind === 'unreadable')?.detail;
      return { ...base, count: found.length, version, ...(problem !== undefined && { problem }) };
    },
    list: async (signal): Promise<SourceList> => {
      const { found, problems } = await find(signal);
      const stamps = found.flatMap(({ session, stamp }) => (stamp === undefined ? [] : [[`openclaw:${session.id}`, stamp] as const]));
      return { rows: rowsOf(found), problems, stamps: new Map(stamps) };
    },
    read: async (ownId): Promise<readonly Entry[]> => {
      const { found } = await find();
      const one = found.find(({ session }) => session.id === ownId);
      if (!one) throw new SessionError('not_found', `OpenClaw has no session ${ownId}`);
      return openclawEntries(openclawBranch(await one.events()), forkOf(one.session, rowsOf(found)));
    },
    watch: (changed) => watchAgents(place, changed),
  };
}

const readOnly = "OpenClaw's sessions are read-only here: it keeps them in memory, and refuses what another program changed";

/** Where a session was copied from, if that is there to count what it has from it. */
function forkOf({ id, entry, facts }: OpenclawSession, rows: readonly SessionRow[]): OpenclawFork | undefined {
  const isFork = stringOf(facts.header['parentSession']) !== '' || stringOf(entry['forkSourceSessionId']) !== '';
  const at = Date.parse(timeOf(stringOf(facts.header['timestamp'])) ?? '');
  const parent = rows.find((row) => row.id === `openclaw:${id}`)?.parent_id;
  return isFork && !Number.isNaN(at) && parent !== undefined && rows.some((row) => row.id === parent) ? { from: parent, at } : undefined;
}
