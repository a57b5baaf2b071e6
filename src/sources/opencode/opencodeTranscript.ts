import type { Entry } from '../../model/entry.js';
import type { SessionRow } from '../../model/row.js';
import { compactionReason, opencodeEntries, type OpencodeMessage, type OpencodePart } from './opencodeEntries.js';
import { objectIn } from '../jsonText.js';
import { stringOf } from '../jsonValue.js';
import { opencodeTables } from './opencodeTables.js';
import { pagesOf, type SqliteQuery, type SqliteRow } from '../sqliteFile.js';

/** A session's transcript. What was taken back by OpenCode's undo is not part of it. */
export async function readOpencodeSession(query: SqliteQuery, row: SessionRow, ownId: string): Promise<readonly Entry[]> {
  const tables = opencodeTables(query);
  if (!tables.hasMessages) return [];
  const undone = tables.session.has('revert') ? objectIn(query('select revert from session where id = ?', ownId)[0]?.['revert']) : {};
  const [undoneMessage, undonePart] = [stringOf(undone['messageID']), stringOf(undone['partID'])];
  const created = Date.parse(row.created_at);
  const entries: Entry[] = [];
  let reason: string | undefined;
  for await (const page of pagesOf<SqliteRow>((after, limit) => messagePage(query, ownId, after, limit))) {
    for (const found of page) {
      const id = stringOf(found['id']);
      if (id === '') continue;
      const isUndone = undoneMessage !== '' && id === undoneMessage;
      if (isUndone && undonePart === '') return entries;
      const time = Number(found['time_created']);
      const parts = partsOf(query, id);
      const message: OpencodeMessage = {
        id,
        time,
        data: objectIn(found['data']),
        parts: isUndone
          ? parts.slice(
              0,
              Math.max(
                0,
                parts.findIndex((part) => part.id === undonePart),
              ),
            )
          : parts,
        ...(row.parent_id !== undefined && time < created && { inheritedFrom: row.parent_id }),
      };
      for (const entry of opencodeEntries(message)) {
        entries.push(entry.type === 'compact' && reason !== undefined ? { ...entry, reason } : entry);
      }
      if (isUndone) return entries;
      reason = compactionReason(message);
    }
  }
  return entries;
}

function messagePage(query: SqliteQuery, session: string, after: SqliteRow | undefined, limit: number): readonly SqliteRow[] {
  const order = 'order by time_created, id limit ?';
  if (after === undefined) return query(`select id, time_created, data from message where session_id = ? ${order}`, session, limit);
  const { time_created: time = null, id = null } = after;
  return query(
    `select id, time_created, data from message where session_id = ? and (time_created, id) > (?, ?) ${order}`,
    session,
    time,
    id,
    limit,
  );
}

function partsOf(query: SqliteQuery, message: string): readonly OpencodePart[] {
  return query('select id, time_created, data from part where message_id = ? order by id', message).map((part) => ({
    id: stringOf(part['id']),
    time: Number(part['time_created']),
    data: objectIn(part['data']),
  }));
}
