import type { SessionRow } from '../model/row.js';

/** What a person calls a session: `"Fix login"`, or a part of its prompt or id. */
export const nameOf = (row: Pick<SessionRow, 'title' | 'prompt' | 'id'>): string =>
  `"${row.title || row.prompt.slice(0, 40) || row.id.slice(0, 8)}"`;

/** One session by name, more by number. */
export function namesOf(rows: readonly SessionRow[]): string {
  const [first] = rows;
  return first && rows.length === 1 ? nameOf(first) : `${rows.length} sessions`;
}
