import { isSpawned } from '../../model/lineage.js';
import type { SessionRow } from '../../model/row.js';
import type { SessionSummary } from '../../model/sessionTools.js';

/** Characters of a prompt that are shown. */
const promptCut = 200;

/** A row for those who read it as plain data: an agent, or a script. */
export function summaryOf(row: SessionRow): SessionSummary {
  return {
    id: row.id,
    title: row.title,
    agent: row.backend,
    ...(row.model === undefined ? {} : { model: row.model }),
    state: row.running?.state ?? 'idle',
    status: row.problem?.kind ?? row.status,
    source: row.source,
    created: row.created_at,
    last_used: row.last_used,
    turns: row.turn_count,
    tokens: row.tokens,
    cost_usd: row.cost_usd,
    tags: row.tags,
    prompt: cut(row.prompt, promptCut),
    ...(row.parent_id === undefined ? {} : { parent: row.parent_id }),
    spawned: isSpawned(row),
  };
}

/** The text, and that it was cut where it was. */
export const cut = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, limit)} (cut here)` : text);
