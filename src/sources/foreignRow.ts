import { recordVersion } from '../model/record.js';
import type { Problem, SessionRow } from '../model/row.js';
import { noTokens } from '../model/usage.js';

type Neutral =
  | ('title' | 'title_source' | 'backend' | 'status' | 'created_at' | 'workdir' | 'prompt' | 'token_usage' | 'cost_usd')
  | ('turn_count' | 'message_count' | 'tags' | 'pinned' | 'archived' | 'settings' | 'metadata');

/** What only some rows have. */
const absent = ['backend_session_id', 'model', 'parent_id', 'forked_at', 'error_message', 'problem'] as const;

/** What a source knows of another program's session; the rest has its neutral value, or is absent. */
export type ForeignRow = { readonly [K in Neutral | (typeof absent)[number]]?: SessionRow[K] | undefined } & {
  readonly source: string;
  /** The program's own id, without the source's name. */
  readonly ownId: string;
  readonly path: string;
  /** ISO 8601, UTC. */
  readonly last_used_at: string;
};

/** Written out: thousands of rows are made at once, and merging objects takes three times as long. */
export function foreignRow(fields: ForeignRow): SessionRow {
  const { source, ownId, path, last_used_at, token_usage = noTokens } = fields;
  const row: SessionRow = {
    version: recordVersion,
    revision: 0,
    title: fields.title ?? '',
    title_source: fields.title_source ?? 'auto',
    backend: fields.backend ?? '',
    status: fields.status ?? 'active',
    created_at: fields.created_at ?? last_used_at,
    workdir: fields.workdir ?? '',
    prompt: fields.prompt ?? '',
    cost_usd: fields.cost_usd ?? null,
    turn_count: fields.turn_count ?? 0,
    message_count: fields.message_count ?? 0,
    tags: fields.tags ?? [],
    pinned: fields.pinned ?? false,
    archived: fields.archived ?? false,
    settings: fields.settings ?? {},
    metadata: fields.metadata ?? {},
    source,
    path,
    last_used_at,
    id: `${source}:${ownId}`,
    last_used: last_used_at,
    token_usage,
    tokens: token_usage.total,
  };
  const rest: Record<string, unknown> = row;
  for (const key of absent) if (fields[key] !== undefined) rest[key] = fields[key];
  return row;
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
