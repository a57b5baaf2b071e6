import { columnsOf, type SqliteQuery } from '../sqliteFile.js';

/** What a database of OpenCode has: its tables grew over the versions. */
export interface OpencodeTables {
  readonly session: ReadonlySet<string>;
  /** Messages and their parts can be read. */
  readonly hasMessages: boolean;
  /** Each change of a session has a number here. */
  readonly hasEvents: boolean;
}

/** Looks which tables are there; fails where there is none of sessions. */
export function opencodeTables(query: SqliteQuery): OpencodeTables {
  const has = (table: string, ...columns: readonly string[]): boolean => {
    const found = columnsOf(query, table);
    return columns.every((column) => found.has(column));
  };
  const session = columnsOf(query, 'session');
  if (!session.has('id')) throw new Error('it has no table of sessions: it is not of OpenCode, or is still being made');
  return {
    session,
    hasMessages: has('message', 'id', 'session_id', 'time_created', 'data') && has('part', 'id', 'message_id', 'time_created', 'data'),
    hasEvents: has('event_sequence', 'aggregate_id', 'seq'),
  };
}

/** A member of a JSON text; null where the text is no JSON, which would fail the whole query. */
export const jsonMember = (column: string, path: string): string =>
  `case when json_valid(${column}) then json_extract(${column}, '${path}') end`;
