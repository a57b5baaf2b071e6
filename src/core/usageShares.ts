import type { Entry } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import { addCost, addTokens, noTokens, type MessageUsage, type TokenUsage } from '../model/usage.js';
import { catchUp } from './foreign/catchUp.js';
import { ownSource, type CoreContext } from './context.js';
import { foreignId, sourceNamed } from './foreign/foreignId.js';

/** One piece of usage and what it is counted under. */
export interface Share {
  readonly usage: MessageUsage;
  /** ISO 8601. */
  readonly at: string;
  readonly backend: string;
  readonly model: string;
  /** What it cost is in a later share of the same session: the program noted it for several answers at once. */
  readonly paidLater?: true;
}

/** A share with where it comes from: what a program wrote may be paid for by what it wrote later. */
type Counted = Share & { readonly isTheirs: boolean };

/** The pieces of a session's usage, from its transcript. Ours brings in first what its own program added. */
export async function sharesOf(context: CoreContext, row: SessionRow, stamp: string | undefined): Promise<readonly Share[]> {
  if (row.source !== ownSource) return foreignShares(context, row, stamp);
  // Another folder's store tells in its records what its sessions used.
  if (row.path !== context.store.root) return [wholeOf(row)];
  await catchUp(context, row);
  const shares: Counted[] = [];
  await context.store.scan(row.id, (entry) => {
    const usage = usageOf(entry, row);
    if (usage && entry.type === 'message')
      shares.push(shareOf(entry, usage, row, entry.usage === undefined || entry['source_id'] === entry.id));
    return undefined;
  });
  return paidLater(shares);
}

/** What was read is kept for as long as the transcript's stamp is the same. */
const read = new WeakMap<CoreContext['sources'], Map<string, { readonly stamp: string; readonly shares: readonly Share[] }>>();

async function foreignShares(context: CoreContext, row: SessionRow, stamp: string | undefined): Promise<readonly Share[]> {
  const { sources, logger } = context;
  const known = read.get(sources) ?? new Map<string, { readonly stamp: string; readonly shares: readonly Share[] }>();
  read.set(sources, known);
  const before = known.get(row.id);
  if (stamp !== undefined && before?.stamp === stamp) return before.shares;
  const id = foreignId(row.id);
  if (!id || row.problem) return [];
  try {
    const entries = await sourceNamed(sources, row.source).read(id.ownId);
    const shares = entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [shareOf(entry, entry.usage, row, true)] : []));
    const paid = paidLater(shares);
    if (stamp !== undefined) known.set(row.id, { stamp, shares: paid });
    return paid;
  } catch (error) {
    // Deleted in its program's store, or damaged: the row is what is left of it.
    logger.debug(`what ${row.id} used is not known whole: ${messageOf(error)}`);
    return [];
  }
}

const shareOf = (entry: Entry & { type: 'message' }, usage: MessageUsage, row: SessionRow, isTheirs: boolean): Counted => {
  return { usage, at: entry.timestamp, backend: entry.backend ?? row.backend, model: entry.model ?? row.model ?? '', isTheirs };
};

/** A message's own usage; an adopted session also stands for its source's row, so what it inherited from there counts. */
function usageOf(entry: Entry, row: SessionRow): MessageUsage | undefined {
  if (entry.type !== 'message') return undefined;
  const isOrigin = row.origin && entry.inherited?.from === `${row.origin.source}:${row.origin.id}`;
  return entry.usage ?? (isOrigin ? entry.inherited?.usage : undefined);
}

/** Marks what a program paid for in a later answer: it told nothing of its cost there, and a sum afterwards. */
function paidLater(shares: readonly Counted[]): readonly Share[] {
  const paid = new Set<string>();
  return shares
    .toReversed()
    .map(({ isTheirs, ...share }): Share => {
      if (isTheirs && typeof share.usage.cost_usd === 'number') paid.add(share.backend);
      return isTheirs && share.usage.cost_usd === undefined && paid.has(share.backend) ? { ...share, paidLater: true } : share;
    })
    .reverse();
}

/**
 * What a program counted for a session in one sum, without saying by which message: sub-agents are in that sum too, and are
 * counted for themselves where they can be read.
 */
export function restOf(row: SessionRow, shares: readonly Share[]): Share | undefined {
  const known = shares.reduce<TokenUsage>((sum, { usage }) => addTokens(sum, usage), noTokens);
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
  return rest.total > 0 || (rest.cost_usd ?? 0) > 0 ? { ...wholeOf(row), usage: rest, at: row.created_at } : undefined;
}

/** A session as one piece, where its messages cannot be asked. */
export const wholeOf = (row: SessionRow): Share => ({
  usage: { ...row.token_usage, cost_usd: row.cost_usd },
  at: row.last_used,
  backend: row.backend,
  model: row.model ?? '',
});
