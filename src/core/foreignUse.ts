import type { Entry } from '../model/entry.js';
import type { SessionRow } from '../model/row.js';
import type { Source } from '../sources/source.js';

/**
 * Where it stands what another program's session used: in its row as a whole, in its transcript and row together, or in the
 * sum of the session that it is a part of, as a sub-agent's does.
 */
export function whereUseIs({ usageInTranscript }: Source, row: SessionRow): 'row' | 'transcript' | 'parent' {
  if (usageInTranscript) return 'transcript';
  if (row.tokens > 0) return 'row';
  // A sub-agent cannot be resumed; a fork can. Of what is left, nothing was summed up by its program.
  return row.parent_id !== undefined && row.backend_session_id === undefined ? 'parent' : 'transcript';
}

/** The usage that each message of a transcript counts itself. */
export const ownUses = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [{ entry, usage: entry.usage }] : []));
