import { recordVersion } from '../model/record.js';
import type { Problem, SessionRow } from '../model/row.js';
import { noTokens } from '../model/usage.js';

/** The least that a row of another program's session has; the rest has its neutral value. */
export interface ForeignRow extends Partial<SessionRow> {
  readonly source: string;
  /** The program's own id, without the source's name. */
  readonly ownId: string;
  readonly path: string;
  /** ISO 8601, UTC. */
  readonly last_used_at: string;
}

/** A row with every field that its source does not know at its neutral value. */
export function foreignRow({ ownId, ...fields }: ForeignRow): SessionRow {
  const usage = fields.token_usage ?? noTokens;
  return {
    version: recordVersion,
    revision: 0,
    title: '',
    title_source: 'auto',
    backend: '',
    status: 'active',
    created_at: fields.last_used_at,
    workdir: '',
    prompt: '',
    cost_usd: null,
    turn_count: 0,
    message_count: 0,
    tags: [],
    pinned: false,
    archived: false,
    settings: {},
    metadata: {},
    ...fields,
    id: `${fields.source}:${ownId}`,
    last_used: fields.last_used_at,
    token_usage: usage,
    tokens: usage.total,
  };
}

/** A session of which nothing but its place can be told: shown, and dated by its file. */
export function damagedForeignRow(source: string, ownId: string, problem: Problem, modifiedMs: number): SessionRow {
  return foreignRow({
    source,
    ownId,
    path: problem.path,
    last_used_at: new Date(modifiedMs).toISOString(),
    title: ownId,
    status: 'error',
    problem,
  });
}
