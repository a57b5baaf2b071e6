import * as z from 'zod';
import { SessionError } from '../../model/errors.js';
import { spawnerOf } from '../../model/lineage.js';
import type { SessionRow } from '../../model/row.js';
import { lineOf } from './caller.js';
import type { Caller } from './callOptions.js';
import type { CoreContext } from '../context.js';

const limitsSchema = z.object({
  send: z.enum(['ask', 'allow', 'deny']),
  max_depth: z.number(),
  max_spawned: z.number(),
  max_cost_usd: z.number().optional(),
});
export type CallLimits = z.infer<typeof limitsSchema>;

export const callLimits = async ({ config }: Pick<CoreContext, 'config'>): Promise<CallLimits> =>
  limitsSchema.parse(await config.get('mcp'));

/**
 * Rejects with `denied` or `over_budget` where a session has already sent and started as much as the settings allow. Returns
 * what nobody can tell: then the person decides.
 */
export async function requireRoom(context: CoreContext, caller: Caller, act: 'send' | 'spawn'): Promise<string | undefined> {
  const limits = await callLimits(context);
  if (caller.depth >= limits.max_depth) {
    throw new SessionError('denied', `a session may not go further: ${caller.depth} sessions stand between it and a person`, {
      hint: 'the limit is mcp.max_depth',
    });
  }
  if (act === 'send' && limits.max_cost_usd === undefined) return undefined;
  const { root, spawned } = await familyOf(context, caller.session);
  if (act === 'spawn' && spawned.length >= limits.max_spawned) {
    throw new SessionError('denied', `${spawned.length} sessions were started already`, { hint: 'the limit is mcp.max_spawned' });
  }
  if (limits.max_cost_usd === undefined) return undefined;
  const cost = spawned.reduce((sum, row) => sum + (row.cost_usd ?? 0), 0) + [root, ...spawned].reduce((sum, row) => sum + sentUsd(row), 0);
  const unknown = spawned.filter((row) => row.cost_usd === null && row.turn_count > 0).length;
  if (cost < limits.max_cost_usd) return unknown === 0 ? undefined : `what ${unknown} of the sessions started so far cost is unknown`;
  throw new SessionError('over_budget', `what agents sent and started here has cost $${cost.toFixed(2)}`, {
    hint: `the limit is mcp.max_cost_usd: ${limits.max_cost_usd}`,
  });
}

/** The first session of the caller's line, and all that came of it. */
export async function familyOf(
  context: CoreContext,
  id: string,
): Promise<{ readonly root: Pick<SessionRow, 'id' | 'metadata'>; readonly spawned: readonly SessionRow[] }> {
  const line = await lineOf(context, id);
  const root = line.at(-1) ?? { id, metadata: {} };
  const rows = await context.store.list();
  const family = new Set([root.id]);
  let size = 0;
  while (family.size > size) {
    size = family.size;
    for (const row of rows) if (family.has(spawnerOf(row) ?? '')) family.add(row.id);
  }
  return { root, spawned: rows.filter((row) => row.id !== root.id && family.has(row.id)) };
}

/** What a session's messages to sessions that are not its own have cost, in US dollars. */
export function sentUsd({ metadata }: Pick<SessionRow, 'metadata'>): number {
  const { sent_usd: usd } = metadata;
  return typeof usd === 'number' ? usd : 0;
}
