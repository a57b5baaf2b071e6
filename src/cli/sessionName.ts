import type { SessionRecord } from '../model/record.js';
import type { SessionRow } from '../model/row.js';
import { plainLine } from './plainText.js';

/** What a session is called: its title, else its first prompt. One line, safe on a terminal. */
export function sessionName(session: Pick<SessionRecord, 'title' | 'prompt'>): string {
  return plainLine(session.title) || plainLine(session.prompt) || '(no title)';
}

/** The state for people: what it is doing or what is wrong with it, else its status. */
export function sessionState(row: SessionRow): string {
  return row.running?.state ?? row.problem?.kind ?? row.status;
}

/** Whether too little is left of a session to print it as a record. */
export function isUnreadable(row: SessionRow): boolean {
  return row.problem?.kind === 'damaged' || row.problem?.kind === 'unreadable';
}
