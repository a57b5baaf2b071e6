import type { SessionStatus } from './sessionStatus.js';
import type { SessionRow } from './row.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

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

/** Whole days; hours below two days, minutes below two hours. */
function spanOf(ms: number): string {
  const count = (unitMs: number, unit: string): string => {
    const units = Math.floor(ms / unitMs);
    return `${units} ${unit}${units === 1 ? '' : 's'}`;
  };
  if (ms < 60_000) return 'less than a minute';
  if (ms < 2 * hourMs) return count(60_000, 'minute');
  return ms < 2 * dayMs ? count(hourMs, 'hour') : count(dayMs, 'day');
}
