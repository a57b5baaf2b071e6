import type { Entry } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import type { UsageRow } from '../model/report.js';
import type { SessionRow } from '../model/row.js';
import { addCost, addTokens, noTokens, type MessageUsage, type TokenUsage } from '../model/usage.js';
import { ownSource, type CoreContext } from './context.js';
import { Covered, nativeKey, isAgentsOwn } from './adoptedId.js';
import { catchUp } from './catchUp.js';
import { foreignId, sourceNamed } from './foreignId.js';
import { ownUses, whereUseIs } from './foreignUse.js';
import { gatherRows } from './gatherRows.js';
import { trashedSessions } from './remove.js';

export type UsageGroup = 'day' | 'backend' | 'model' | 'tag';

interface Total {
  readonly sessions: Set<string>;
  tokens: TokenUsage;
  cost: number | null;
}

/** One piece of usage and what it is counted under. */
interface Share {
  readonly usage: MessageUsage;
  readonly at: string;
  readonly backend: string;
  readonly model: string;
}

/**
 * Tokens and dollars of the folder's sessions by day (of this computer), agent, model or tag: from the transcripts' messages,
 * so that what a fork inherited is counted once. Deleted sessions count as long as they can be put back: they were paid for.
 * What one conversation used counts once, however many rows tell of it. A session with several tags counts under each.
 */
export async function usageReport(context: CoreContext, by: UsageGroup = 'day'): Promise<readonly UsageRow[]> {
  const totals = new Map<string, Total>();
  const { rows } = await gatherRows(context, 'folder');
  const trashed = (await trashedSessions(context)).map(({ row }) => row);
  const counted = eachOnce([...rows, ...trashed]);
  for (const row of rows) if (counted.has(row)) for (const share of await sharesOf(context, row)) addShare(totals, row, share, by);
  for (const row of trashed) {
    if (!counted.has(row)) continue;
    const shares = row.source === ownSource ? [wholeOf(row)] : await foreignShares(context, row);
    for (const share of shares) addShare(totals, row, share, by);
  }
  const groups = [...totals].map(([key, { sessions, tokens, cost }]) => ({
    key,
    sessions: sessions.size,
    ...pick(tokens),
    cost_usd: cost,
  }));
  return groups.sort((a, b) => (by === 'day' ? (a.key < b.key ? 1 : -1) : b.total - a.total || (a.key < b.key ? -1 : 1)));
}

/** One row for each conversation: ours before its agent's, and that before a program's that only started the agent. */
function eachOnce(rows: readonly SessionRow[]): ReadonlySet<SessionRow> {
  const ours = rows.filter(({ source }) => source === ownSource);
  const covered = new Covered(ours);
  const foreign = rows.filter((row) => row.source !== ownSource && !covered.has(row));
  const agents = new Set([...ours, ...foreign.filter(isAgentsOwn)].flatMap((row) => nativeKey(row) ?? []));
  return new Set([...ours, ...foreign.filter((row) => isAgentsOwn(row) || !agents.has(nativeKey(row) ?? ''))]);
}

const pick = ({ input, output, cached, reasoning, total }: TokenUsage) => ({ input, output, cached, reasoning, total });

async function sharesOf(context: CoreContext, row: SessionRow): Promise<readonly Share[]> {
  if (row.source !== ownSource) return foreignShares(context, row);
  if (row.path === context.store.root) await catchUp(context, row);
  const shares: Share[] = [];
  await context.store.scan(row.id, (entry) => {
    shares.push(...shareOf(entry, usageOf(entry, row), row));
    return undefined;
  });
  if (!row.origin) return shares;
  const rest = restOf(await context.store.row(row.id), shares);
  return rest ? [...shares, rest] : shares;
}

async function foreignShares({ sources, logger }: CoreContext, row: SessionRow): Promise<readonly Share[]> {
  const whole = row.tokens > 0 || row.cost_usd !== null ? [wholeOf(row)] : [];
  const source = sourceNamed(sources, row.source);
  const id = foreignId(row.id);
  if (!id || row.problem || whereUseIs(source, row) !== 'transcript') return whole;
  try {
    const shares = ownUses(await source.read(id.ownId)).flatMap(({ entry, usage }) => shareOf(entry, usage, row));
    const rest = restOf(row, shares);
    return rest ? [...shares, rest] : shares;
  } catch (error) {
    // Deleted in its program's store, or damaged: the row is what is left of it.
    logger.debug(`what ${row.id} used is not known whole: ${messageOf(error)}`);
    return whole;
  }
}

function shareOf(entry: Entry, usage: MessageUsage | undefined, row: SessionRow): readonly Share[] {
  if (entry.type !== 'message' || !usage) return [];
  return [{ usage, at: entry.timestamp, backend: entry.backend ?? row.backend, model: entry.model ?? row.model ?? '' }];
}

/** A message's own usage; an adopted session also stands for its source's row, so what it inherited from there counts. */
function usageOf(entry: Entry, row: SessionRow): MessageUsage | undefined {
  if (entry.type !== 'message') return undefined;
  const isOrigin = row.origin && entry.inherited?.from === `${row.origin.source}:${row.origin.id}`;
  return entry.usage ?? (isOrigin ? entry.inherited?.usage : undefined);
}

/** What an adopted session's source counted in one sum, without saying by which message. */
function restOf(row: SessionRow, shares: readonly Share[]): Share | undefined {
  const known = shares.reduce((sum, { usage }) => addTokens(sum, usage), noTokens);
  const knownCost = shares.reduce<number | null>((sum, { usage }) => addCost(sum, usage.cost_usd), null);
  const { token_usage: all } = row;
  const rest = {
    input: Math.max(0, all.input - known.input),
    output: Math.max(0, all.output - known.output),
    cached: Math.max(0, all.cached - known.cached),
    reasoning: Math.max(0, all.reasoning - known.reasoning),
    total: Math.max(0, all.total - known.total),
    cost_usd: row.cost_usd === null ? null : Math.max(0, row.cost_usd - (knownCost ?? 0)),
  };
  return rest.total > 0 ? { ...wholeOf(row), usage: rest, at: row.created_at } : undefined;
}

const wholeOf = (row: SessionRow): Share => ({
  usage: { ...row.token_usage, cost_usd: row.cost_usd },
  at: row.last_used,
  backend: row.backend,
  model: row.model ?? '',
});

function addShare(totals: Map<string, Total>, row: SessionRow, share: Share, by: UsageGroup): void {
  for (const key of keysOf(row, share, by)) {
    const total = totals.get(key) ?? { sessions: new Set(), tokens: noTokens, cost: null };
    total.sessions.add(row.id);
    total.tokens = addTokens(total.tokens, share.usage);
    total.cost = addCost(total.cost, share.usage.cost_usd);
    totals.set(key, total);
  }
}

function keysOf(row: SessionRow, share: Share, by: UsageGroup): readonly string[] {
  switch (by) {
    case 'day':
      return [dayOf(share.at)];
    case 'backend':
      return [share.backend || 'unknown'];
    case 'model':
      return [share.model || 'unknown'];
    case 'tag':
      return row.tags.length === 0 ? ['untagged'] : row.tags;
  }
}

function dayOf(timestamp: string): string {
  const date = new Date(timestamp);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
