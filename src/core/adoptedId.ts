import { createHash } from 'node:crypto';
import type { SessionRow } from '../model/row.js';

/**
 * The id that another program's session has once it is adopted: always the same one, so that two processes that adopt it at
 * once make one session, and a list knows from ids alone which source rows stand for sessions of ours.
 */
export function adoptedId(foreign: string): string {
  return createHash('sha256').update(foreign).digest('hex').slice(0, 32);
}

/** Source rows without those that a session of ours continues: the two are one row. */
export function notAdopted(foreign: readonly SessionRow[], isOurs: (id: string) => boolean): readonly SessionRow[] {
  return foreign.filter((row) => !isOurs(adoptedId(row.id)));
}
