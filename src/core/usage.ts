import { format } from 'date-fns';
import { estimatedCost, priceOf, type PriceRow } from '../model/prices.js';
import type { UsageRow } from '../model/report.js';
import type { UsageGroup } from '../model/usageGroup.js';
import type { SessionRow } from '../model/row.js';
import { addCost, addTokens, noTokens, type TokenUsage } from '../model/usage.js';
import { covering, isAgentsOwn, nativeKey } from './foreign/adoptedId.js';
import { ownSource, type CoreContext } from './context.js';
import { gatherRows, listSources } from './gatherRows.js';
import { priceTables } from './config/ownPrices.js';
import { trashedSessions } from './remove.js';
import { restOf, sharesOf, wholeOf, type Share } from './usageShares.js';

export interface UsageOptions {
  readonly by?: UsageGroup | undefined;
  /** ISO 8601: from this on, and before that. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly scope?: 'folder' | 'here' | 'all' | undefined;
}

interface Total {
  readonly sessions: Set<string>;
  tokens: TokenUsage;
  recorded: number | null;
  estimated: number | null;
  unpriced: number;
}

/**
 * Tokens and dollars of the folder's sessions by day, week or month (of this computer), agent, model, tag or folder: from the
 * transcripts' messages, so that what a fork inherited is counted once. Deleted sessions count as long as they can be put back:
 * they were paid for. What one conversation used counts once, however many rows tell of it. A session with several tags counts
 * under each. What no program noted a cost of is estimated by the table of prices, apart from what was noted.
 */
export async function usageReport(context: CoreContext, options: UsageOptions = {}): Promise<readonly UsageRow[]> {
  const { by = 'day', since, until, scope = 'folder' } = options;
  const tables = await priceTables(context);
  const totals = new Map<string, Total>();
  const [from, to] = [since === undefined ? -Infinity : Date.parse(since), until === undefined ? Infinity : Date.parse(until)];
  for (const [row, shares] of await countedShares(context, scope)) {
    for (const share of shares) {
      // By the moment: programs write times with offsets of their own.
      const at = Date.parse(share.at);
      if (at < from || at >= to) continue;
      for (const key of keysOf(row, share, by)) addShare(totals, key, row, share, tables);
    }
  }
  const groups = [...totals].map(([key, { sessions, tokens, recorded, estimated, unpriced }]) => {
    const { input, output, cached, reasoning, total } = tokens;
    const counts = { input, output, cached, reasoning, total };
    return { key, sessions: sessions.size, ...counts, cost_usd: recorded, estimated_usd: estimated, unpriced_tokens: unpriced };
  });
  const isTime = by === 'day' || by === 'week' || by === 'month';
  return groups.sort((a, b) => (isTime ? (a.key < b.key ? 1 : -1) : b.total - a.total || (a.key < b.key ? -1 : 1)));
}

/** Every conversation once, with the pieces of what it used. */
async function countedShares(
  context: CoreContext,
  scope: NonNullable<UsageOptions['scope']>,
): Promise<ReadonlyMap<SessionRow, readonly Share[]>> {
  const { rows, stamps } = await gatherRows(context, scope);
  const trashed = (await trashedSessions(context)).map(({ row }) => row);
  const deleted = new Set(trashed);
  const shares = new Map<SessionRow, readonly Share[]>();
  for (const row of await eachOnce(context, [...rows, ...trashed])) {
    const isGone = deleted.has(row) && row.source === ownSource;
    shares.set(row, isGone ? [wholeOf(row)] : await sharesOf(context, row, stamps.get(row.id)));
  }
  const parts = await subAgents(context, shares);
  for (const [row, own] of shares) {
    const sum = await summedRow(context, row, deleted.has(row));
    const rest = sum && restOf(sum, [...own, ...(parts.get(originOf(row)) ?? [])]);
    if (rest) shares.set(row, [...own, rest]);
  }
  return shares;
}

/** The row whose sum its program made; ours has one where it was adopted. */
async function summedRow(context: CoreContext, row: SessionRow, isDeleted: boolean): Promise<SessionRow | undefined> {
  if (row.source !== ownSource) return row;
  const isHere = row.origin !== undefined && !isDeleted && row.path === context.store.root;
  return isHere ? context.store.row(row.id) : undefined;
}

/** What sub-agents used, by the session that started them, at its own program: those cannot be resumed. */
async function subAgents(
  context: CoreContext,
  shares: ReadonlyMap<SessionRow, readonly Share[]>,
): Promise<ReadonlyMap<string, readonly Share[]>> {
  const agents = [...shares.keys()].filter((row) => row.backend_session_id === undefined && originOf(row) !== '');
  const parents = new Map<string, readonly Share[]>();
  if (agents.length === 0) return parents;
  const parentOf = new Map((await listSources(context)).rows.map(({ id, parent_id: parent }) => [id, parent]));
  for (const row of agents) {
    const parent = parentOf.get(originOf(row));
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), ...(shares.get(row) ?? [])]);
  }
  return parents;
}

/** The id that a session has at its own program; empty for one that began here. */
function originOf({ id, source, origin }: SessionRow): string {
  if (source !== ownSource) return id;
  return origin ? `${origin.source}:${origin.id}` : '';
}

/** One row for each conversation: ours before its agent's, and that before a program's that only started the agent. */
async function eachOnce(context: CoreContext, rows: readonly SessionRow[]): Promise<ReadonlySet<SessionRow>> {
  const ours = rows.filter(({ source }) => source === ownSource);
  const covered = await covering(context, ours);
  const foreign = rows.filter((row) => row.source !== ownSource && !covered.has(row));
  const agents = new Set([...ours, ...foreign.filter(isAgentsOwn)].flatMap((row) => nativeKey(row) ?? []));
  return new Set([...ours, ...foreign.filter((row) => isAgentsOwn(row) || !agents.has(nativeKey(row) ?? ''))]);
}

function addShare(totals: Map<string, Total>, key: string, row: SessionRow, share: Share, tables: readonly (readonly PriceRow[])[]): void {
  const total = totals.get(key) ?? { sessions: new Set(), tokens: noTokens, recorded: null, estimated: null, unpriced: 0 };
  totals.set(key, total);
  total.sessions.add(row.id);
  total.tokens = addTokens(total.tokens, share.usage);
  // What was estimated at the turn is estimated by the tables of today, as all else that no program noted.
  const noted = share.usage.cost_estimated === true ? null : share.usage.cost_usd;
  total.recorded = addCost(total.recorded, noted);
  if (typeof noted === 'number' || share.paidLater === true) return;
  const price = priceOf(share.model, share.at, tables);
  const tokens = addTokens(noTokens, share.usage);
  if (price) total.estimated = addCost(total.estimated, estimatedCost(tokens, price));
  else total.unpriced += tokens.total;
}

function keysOf(row: SessionRow, share: Share, by: UsageGroup): readonly string[] {
  switch (by) {
    case 'day':
      return [format(share.at, 'yyyy-MM-dd')];
    case 'week':
      return [format(share.at, "RRRR-'W'II")];
    case 'month':
      return [format(share.at, 'yyyy-MM')];
    case 'backend':
      return [share.backend || 'unknown'];
    case 'model':
      return [share.model || 'unknown'];
    case 'tag':
      return row.tags.length === 0 ? ['untagged'] : row.tags;
    case 'folder':
      return [row.workdir || 'unknown'];
  }
}
