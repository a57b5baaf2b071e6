import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { sessionIdPattern } from '../model/sessionId.js';

/** Where the files of one session are. */
export interface SessionPaths {
  readonly record: string;
  readonly transcript: string;
  readonly lock: string;
  /** What is not record or transcript: lease, partial, drafts. */
  readonly folder: string;
  readonly lease: string;
  readonly partial: string;
}

/** The paths of a session. An id that is not 32 hex digits never becomes a path: `not_found`. */
export function sessionPaths(sessions: string, id: string): SessionPaths {
  if (!sessionIdPattern.test(id)) throw new SessionError('not_found', `no session ${id}`, { hint: 'a session id is 32 hex digits' });
  const base = path.join(sessions, id);
  return {
    record: `${base}.json`,
    transcript: `${base}.jsonl`,
    lock: `${base}.lock`,
    folder: base,
    lease: path.join(base, 'lease.json'),
    partial: path.join(base, 'partial.jsonl'),
  };
}
