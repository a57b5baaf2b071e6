import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Problem } from '../../model/row.js';
import { objectIn } from '../jsonText.js';
import { countOf, stringOf, type JsonObject } from '../jsonValue.js';
import { archivedEvents, openclawEvent } from './openclawEvent.js';
import { openclawFacts } from './openclawFiles.js';
import type { OpenclawFacts, OpenclawSession } from './openclawRow.js';
import { salvagedRows } from '../salvagedRows.js';
import { columnsOf, isSqliteDamage, pagesOf, type SqliteQuery, type SqliteRow } from '../sqliteFile.js';
import type { SqliteRowsResult } from '../sqliteRows.js';

export interface OpenclawStored {
  readonly session: OpenclawSession;
  readonly stamp: string;
}

/** What one database holds. */
export interface OpenclawDatabase {
  readonly stored: readonly OpenclawStored[];
  /** Of the OpenClaw that made it. */
  readonly version?: string | undefined;
}

/** Events at either end of a transcript that tell what a row shows. */
const firstEvents = 12;
const lastEvents = 4;

/** The sessions of one agent's database, those that a reset put behind as well; `state` is the database's own stamp. */
export async function openclawStored(
  query: SqliteQuery,
  path: string,
  agent: string,
  state: string,
  signal?: AbortSignal,
): Promise<SqliteRowsResult<OpenclawDatabase>> {
  const nodes = columnsOf(query, 'session_nodes');
  const windows = columnsOf(query, 'session_windows');
  if (!nodes.has('session_key') || !nodes.has('current_session_id'))
    throw new Error('it has no table of sessions: it is not of OpenClaw, or is still being made');
  const problems: Problem[] = [];
  const stored = new Map<string, OpenclawStored>();
  const look = lookAt(query, state);
  const ofNode = pick('s', nodeColumns, nodes);
  const sqls = [`select s.rowid as place, s.current_session_id as session_id, ${ofNode} from session_nodes s`];
  if (windows.has('session_id') && windows.has('session_key'))
    sqls.push(`select s.rowid as place, s.session_id, s.session_key, ${pick('s', windowColumns, windows)} from session_windows s`);
  for (const sql of sqls) {
    for await (const { rows, damages } of salvagedRows(query, sql, sql, signal)) {
      problems.push(...damages.map((detail): Problem => ({ kind: 'damaged', detail, path })));
      for (const row of rows) {
        const id = stringOf(row['session_id']);
        if (id === '' || stored.has(id)) continue;
        const { facts, stamp, damage } = look(id);
        if (damage !== undefined) problems.push({ kind: 'damaged', detail: `session ${id}: ${damage}`, path });
        const session = {
          id,
          agent,
          key: stringOf(row['session_key']),
          entry: entryOf(row),
          facts,
          path,
          created: row['created_at'],
          updated: row['updated_at'],
        };
        stored.set(id, { session, stamp });
      }
    }
  }
  return { rows: { stored: [...stored.values()], version: versionOf(query) }, problems };
}

function versionOf(query: SqliteQuery): string | undefined {
  if (!columnsOf(query, 'schema_meta').has('app_version')) return undefined;
  return stringOf(query('select app_version from schema_meta limit 1')[0]?.['app_version']) || undefined;
}

const nodeColumns = [
  ...['session_key', 'entry_json', 'updated_at', 'created_at', 'status', 'label', 'display_name', 'parent_session_key', 'spawned_by'],
  ...['fork_source_session_id', 'pinned_at', 'archived_at'],
];
const windowColumns = ['updated_at', 'created_at', 'chat_type', 'channel', 'model_provider', 'model', 'spawned_by', 'display_name'];

const pick = (table: string, wanted: readonly string[], found: ReadonlySet<string>): string =>
  wanted.map((column) => (found.has(column) ? `${table}.${column}` : `null as ${column}`)).join(', ');

/** The columns put over the entry, in the shape that `sessions.json` had: a column is the truth where it is set. */
function entryOf(row: SqliteRow): JsonObject {
  const columns = {
    updatedAt: row['updated_at'],
    status: row['status'],
    label: row['label'],
    displayName: row['display_name'],
    parentSessionKey: row['parent_session_key'],
    spawnedBy: row['spawned_by'],
    forkSourceSessionId: row['fork_source_session_id'],
    pinnedAt: row['pinned_at'],
    archivedAt: row['archived_at'],
    chatType: row['chat_type'],
    channel: row['channel'],
    modelProvider: row['model_provider'],
    model: row['model'],
  };
  return {
    ...objectIn(row['entry_json']),
    ...Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null && value !== undefined)),
  };
}

/** Looks at both ends of a session's transcript. */
function lookAt(
  query: SqliteQuery,
  state: string,
): (id: string) => { readonly facts: OpenclawFacts; readonly stamp: string; readonly damage?: string } {
  const columns = eventColumns(query);
  const hasRewrites = columnsOf(query, 'transcript_rewrite_watermarks').has('generation');
  return (id) => {
    if (columns === undefined) return { facts: { header: {} }, stamp: state };
    try {
      const first = query(`select ${columns} from transcript_events where session_id = ? order by seq limit ?`, id, firstEvents);
      const last = query(`select ${columns} from transcript_events where session_id = ? order by seq desc limit ?`, id, lastEvents);
      const rewrites = hasRewrites ? query('select generation from transcript_rewrite_watermarks where session_id = ?', id) : [];
      const stamp = `${String(last[0]?.['seq'] ?? '')}:${String(rewrites[0]?.['generation'] ?? '')}`;
      return { facts: openclawFacts(eventsIn(first), eventsIn([...last].reverse())), stamp };
    } catch (error) {
      if (!isSqliteDamage(error)) throw error;
      return { facts: { header: {} }, stamp: state, damage: messageOf(error) };
    }
  };
}

const eventsIn = (rows: readonly SqliteRow[]): JsonObject[] => rows.map(openclawEvent).filter((event) => event !== undefined);

function eventColumns(query: SqliteQuery): string | undefined {
  const found = columnsOf(query, 'transcript_events');
  if (!found.has('session_id') || !found.has('seq') || !found.has('event_json')) return undefined;
  return `seq, event_json, ${found.has('event_zstd') ? 'event_zstd' : 'null as event_zstd'}`;
}

/** All events of a session, from the database or from where it puts old ones. `path` is the database's own. */
export async function openclawEvents(query: SqliteQuery, path: string, id: string): Promise<readonly JsonObject[]> {
  const columns = eventColumns(query);
  if (columns === undefined) return [];
  const events: JsonObject[] = [];
  const sql = `select ${columns} from transcript_events where session_id = ? and seq > ? order by seq limit ?`;
  for await (const page of pagesOf<SqliteRow>((after, limit) => query(sql, id, after?.['seq'] ?? -(2 ** 53), limit)))
    events.push(...eventsIn(page));
  return events.length > 0 ? events : putAway(query, path, id);
}

function putAway(query: SqliteQuery, path: string, id: string): readonly JsonObject[] {
  if (!columnsOf(query, 'session_transcript_cold_archives').has('archive_blob')) return [];
  const [archive] = query('select archive_name, archive_blob, event_count from session_transcript_cold_archives where session_id = ?', id);
  if (archive === undefined || countOf(archive['event_count']) === 0) return [];
  if (archive['archive_blob'] instanceof Uint8Array) return archivedEvents(archive['archive_blob']);
  const name = stringOf(archive['archive_name']);
  if (!/^[\w.-]+\.jsonl\.zst$/.test(name)) return [];
  const file = join(path, '..', '..', 'sessions', 'cold', name);
  try {
    return archivedEvents(readFileSync(file));
  } catch (cause) {
    throw new SessionError('damaged', `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
