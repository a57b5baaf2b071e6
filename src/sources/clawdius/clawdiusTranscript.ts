import type { Entry } from '../../model/entry.js';
import type { SessionRow } from '../../model/row.js';
import { ClawdiusEntries } from './clawdiusEntries.js';
import { stringOf, timeOf } from '../jsonValue.js';
import { columnsOf, pagesOf, type SqliteQuery, type SqliteRow } from '../sqliteFile.js';

/** The messages of a session. Clawdius orders them by their time alone. */
export async function clawdiusMessages(query: SqliteQuery, row: SessionRow, ownId: string): Promise<Entry[]> {
  const found = columnsOf(query, 'messages');
  if (!['id', 'session_id', 'role', 'content', 'created_at'].every((column) => found.has(column))) return [];
  const optional = ['tokens', 'tool_calls', 'metadata'].map((column) => (found.has(column) ? column : `null as ${column}`));
  const select = `select rowid as place, id, role, content, created_at, ${optional.join(', ')} from messages where session_id = ?`;
  const order = 'order by created_at, rowid limit ?';
  const made = new ClawdiusEntries(row.model);
  const pages = pagesOf<SqliteRow>((after, limit) =>
    after === undefined
      ? query(`${select} ${order}`, ownId, limit)
      : query(`${select} and (created_at, rowid) > (?, ?) ${order}`, ownId, after['created_at'] ?? null, after['place'] ?? null, limit),
  );
  for await (const page of pages) for (const message of page) made.add(message);
  return made.entries;
}

/** The checkpoints of a session, of either database: each keeps a table of that name. */
export function clawdiusCheckpoints(query: SqliteQuery, ownId: string): Entry[] {
  const found = columnsOf(query, 'checkpoints');
  if (!found.has('id') || !found.has('session_id')) return [];
  const time = found.has('timestamp') ? 'timestamp' : 'created_at';
  const hasFiles = columnsOf(query, 'checkpoint_files').has('checkpoint_id');
  return query(`select id, description, ${time} as time from checkpoints where session_id = ? order by ${time}`, ownId).flatMap(
    (row): Entry[] => {
      const id = stringOf(row['id']);
      const timestamp = timeOf(stringOf(row['time']));
      if (id === '' || timestamp === undefined) return [];
      const files = hasFiles
        ? query('select path from checkpoint_files where checkpoint_id = ? order by path', id).map(({ path }) => stringOf(path))
        : [];
      return [
        { type: 'checkpoint', id, timestamp, source_id: id, description: stringOf(row['description']), ...(files.length > 0 && { files }) },
      ];
    },
  );
}
