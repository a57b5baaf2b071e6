import type { SessionStatus } from './sessionStatus.js';
import type { SessionRow } from './row.js';

const dayMs = 86_400_000;

export interface RetentionRule {
  /** Sessions last used longer ago than this go. Absent: for ever. */
  readonly olderThanMs?: number | undefined;
  readonly status?: SessionStatus | undefined;
  readonly now: number;
}

export interface RetentionVerdict {
  readonly goes: boolean;
  /** Words for the person: the row's tooltip and `clean --dry-run` show them. */
  readonly reason: string;
}

const stays = (reason: string): RetentionVerdict => ({ goes: false, reason });

/** Whether a session goes to the trash under a rule, and why. What cannot be judged stays. */
export function judgeRetention(row: SessionRow, rule: RetentionRule): RetentionVerdict {
  if (rule.olderThanMs === undefined) return stays('kept for ever: session.retention_days is 0');
  if (row.problem) return stays(`cannot be read whole: ${row.problem.detail}`);
  if (row.running) return stays('running');
  if (row.pinned) return stays('pinned');
  if (row.tags.includes('keep')) return stays('tagged keep');
  if (rule.status !== undefined && row.status !== rule.status) return stays(`status is ${row.status}`);
  const age = rule.now - Date.parse(row.last_used);
  const since = `last used ${spanOf(age)} ago`;
  return age > rule.olderThanMs ? { goes: true, reason: since } : stays(since);
}

/** Whole days, or hours below two days. */
function spanOf(ms: number): string {
  const hours = Math.max(0, Math.floor(ms / 3_600_000));
  if (hours < 48) return hours === 1 ? '1 hour' : `${hours} hours`;
  return `${Math.floor(ms / dayMs)} days`;
}
