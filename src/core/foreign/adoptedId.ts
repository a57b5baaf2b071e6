import { createHash } from 'node:crypto';
import type { SessionRow } from '../../model/row.js';
import type { CoreContext } from '../context.js';
import { agentName } from './ownIds.js';

/**
 * The id that another program's session has once it is adopted: always the same one, so that two processes that adopt it at
 * once make one session, and a list knows from ids alone which source rows stand for sessions of ours.
 */
export function adoptedId(foreign: string): string {
  return createHash('sha256').update(foreign).digest('hex').slice(0, 32);
}

type Named = Pick<SessionRow, 'id' | 'backend'> & { readonly backend_session_id?: string | undefined };

/** How long after a session left it an agent may still write to a conversation by itself. */
const slackMs = 60_000;

/**
 * Tells which source rows are sessions of ours as well: those that one of ours was adopted from, and those that an agent wrote
 * into its own store while it worked for one of ours, also before that one was handed on. The two are one row, and are counted
 * once. A conversation that its own program has used since ours left it is a session again.
 */
export class Covered {
  readonly #ids: ReadonlySet<string>;
  readonly #natives: ReadonlySet<string>;
  readonly #former: ReadonlyMap<string, number>;

  constructor(ours: readonly Named[], former: Awaited<ReturnType<CoreContext['ownIds']['former']>>) {
    this.#former = new Map(ours.flatMap(({ id }) => former.get(id) ?? []));
    this.#ids = new Set(ours.map(({ id }) => id));
    this.#natives = new Set(ours.flatMap((row) => nativeKey(row) ?? []));
  }

  has(foreign: SessionRow): boolean {
    if (this.#ids.has(adoptedId(foreign.id))) return true;
    const key = isAgentsOwn(foreign) ? nativeKey(foreign) : undefined;
    if (key === undefined || this.#natives.has(key)) return key !== undefined;
    const left = this.#former.get(agentName(foreign.backend, foreign.backend_session_id ?? ''));
    return left !== undefined && Date.parse(foreign.last_used_at) <= left + slackMs;
  }
}

/**
 * Whether a row is of the store of the agent that wrote it. A program that only starts agents, as clinvk does, has words of its
 * own for the same conversation: such a row stays.
 */
export function isAgentsOwn(row: SessionRow): boolean {
  return row.source === row.backend && nativeKey(row) !== undefined;
}

/** What names a conversation at its agent; `undefined` where the agent has none. */
export function nativeKey({ backend, backend_session_id: id }: Omit<Named, 'id'>): string | undefined {
  return id === undefined || id === '' ? undefined : `${backend}\t${id}`;
}

export async function covering({ ownIds }: CoreContext, ours: readonly Named[]): Promise<Covered> {
  return new Covered(ours, await ownIds.former());
}

/** Source rows without those that a session of ours stands for. */
export async function notAdopted(
  context: CoreContext,
  foreign: readonly SessionRow[],
  ours: readonly Named[],
): Promise<readonly SessionRow[]> {
  if (foreign.length === 0) return foreign;
  const covered = await covering(context, ours);
  return foreign.filter((row) => !covered.has(row));
}
