import type { CleanRow } from '../model/report.js';
import { sortRows } from '../model/filterRows.js';
import { judgeRetention } from '../model/retention.js';
import type { SessionStatus } from '../model/sessionStatus.js';
import { ownSource, type CoreContext } from './context.js';
import { gatherRows } from './gatherRows.js';
import { coveredBy, hideRows } from './remove.js';
import { namesOf } from './rowNames.js';

const dayMs = 86_400_000;

export interface CleanOptions {
  readonly olderThanMs?: number | undefined;
  readonly status?: SessionStatus | undefined;
  readonly dryRun: boolean;
}

/**
 * Moves the folder's old sessions to the trash, as one change that `undo` takes back, and tells of each session why it goes or
 * stays. Only ours: other programs clean up after themselves. Without an age the setting `session.retention_days` holds.
 */
export async function cleanSessions(context: CoreContext, options: CleanOptions): Promise<readonly CleanRow[]> {
  const days = Number(await context.config.get('session.retention_days'));
  const olderThanMs = options.olderThanMs ?? (days > 0 ? days * dayMs : undefined);
  const rule = { olderThanMs, status: options.status, now: context.now() };
  const { rows } = await gatherRows(context, 'folder');
  const judged = sortRows(rows.filter((row) => row.source === ownSource)).map((row) => ({ row, ...judgeRetention(row, rule) }));
  const going = judged.filter(({ goes }) => goes).map(({ row }) => row);
  if (options.dryRun || going.length === 0) return judged;
  const covered = await coveredBy(context, going);
  await context.store.remove(
    going.map(({ id }) => id),
    { reason: 'clean' },
  );
  await hideRows(context, covered, { what: `Cleaned ${namesOf(going)}`, ids: [], also: true });
  return judged;
}
