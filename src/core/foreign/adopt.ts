import type { Entry } from '../../model/entry.js';
import { isInside } from '../../model/folderPath.js';
import type { SessionRecord } from '../../model/record.js';
import { promptLimit } from '../../model/record.js';
import type { SessionRow } from '../../model/row.js';
import { addCost, addTokens, noTokens, type TokenUsage } from '../../model/usage.js';
import { adoptedId } from './adoptedId.js';
import { catchUp } from './catchUp.js';
import type { CoreContext } from '../context.js';
import { foreignId, foreignRow, sourceNamed, type ForeignId } from './foreignId.js';
import { agentName, originName } from './ownIds.js';
import { isOurs } from '../isOurs.js';
import { SessionError } from '../../model/errors.js';

/**
 * Makes a session ready to go on. Ours is returned as it is; another program's becomes one of ours: its entries, its counts,
 * and its agent's own id, so that the agent can resume it natively. Adopted again, it is the same session, with what its program
 * added since. Nothing of its source changes. `isAll`: what goes on from it now, a turn or a fork, needs also what is under way
 * there.
 */
export async function resumeSession(context: CoreContext, id: string, isAll = true): Promise<string> {
  const foreign = foreignId(id);
  if (!foreign) {
    await catchUp(context, await context.store.row(id), isAll);
    return id;
  }
  const own = adoptedId(id);
  if (await isOurs(context, own)) {
    await catchUp(context, await context.store.row(own), isAll);
    return own;
  }
  await context.ensure();
  if ((await context.store.trashed()).some(({ row }) => row.id === own)) {
    await context.store.restore([own]);
    return own;
  }
  try {
    await adopt(context, foreign, own);
  } catch (error) {
    // Another process may have adopted it between the look and the act.
    if (!(await isOurs(context, own))) throw error;
  }
  return own;
}

async function adopt(context: CoreContext, foreign: ForeignId, id: string): Promise<SessionRecord> {
  const row = await foreignRow(context.sources, foreign);
  if (row.problem) throw new SessionError('damaged', `${row.id} cannot be continued: ${row.problem.detail}`, { hint: row.problem.path });
  const source = sourceNamed(context.sources, foreign.source);
  const entries = await source.read(foreign.ownId);
  await context.ownIds.keep(id, ...namesOf(context, row, foreign));
  return context.store.create(
    { ...fieldsOf(row, foreign), ...usedIn(entries, row), id, workdir: row.workdir || context.dir },
    entries.map((entry) => inherited(entry, row.id)),
  );
}

/** What it is tied to from now on. A store in the folder itself can come from a stranger: what it calls its agent's is not believed. */
function namesOf(
  { dir, location }: CoreContext,
  { backend, backend_session_id: native, path }: SessionRow,
  foreign: ForeignId,
): readonly string[] {
  const isWithin = [dir, ...(location.gitRoot === undefined ? [] : [location.gitRoot])].some((folder) => isInside(path, folder));
  return [originName(foreign.source, foreign.ownId), ...(native === undefined || isWithin ? [] : [agentName(backend, native)])];
}

/** What the record takes over. The counts go on from the source's, since the one row stands for both. */
function fieldsOf(row: SessionRow, { source, ownId }: ForeignId): Partial<SessionRecord> {
  return {
    title: row.title,
    title_source: row.title === '' ? 'auto' : row.title_source,
    backend: row.backend,
    ...(row.backend_session_id === undefined ? {} : { backend_session_id: row.backend_session_id }),
    ...(row.model === undefined ? {} : { model: row.model }),
    status: 'active',
    created_at: row.created_at,
    // Reopening is no use: the session keeps its place in the list until something is said in it.
    last_used_at: row.last_used_at,
    prompt: row.prompt.slice(0, promptLimit),
    token_usage: row.token_usage,
    cost_usd: row.cost_usd,
    turn_count: row.turn_count,
    tags: row.tags,
    metadata: typeof row.metadata['branch'] === 'string' ? { branch: row.metadata['branch'] } : {},
    origin: { source, id: ownId, path: row.path },
  };
}

/** What the transcript counts, and what the row has beyond that. */
function usedIn(entries: readonly Entry[], { token_usage: row, cost_usd: paid }: SessionRow): Partial<SessionRecord> {
  const uses = entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [entry.usage] : []));
  const said = uses.reduce<TokenUsage>((sum, usage) => addTokens(sum, usage), noTokens);
  const cost = uses.reduce<number | null>((sum, usage) => addCost(sum, usage.cost_usd), null);
  const token_usage = {
    input: Math.max(row.input, said.input),
    output: Math.max(row.output, said.output),
    cached: Math.max(row.cached, said.cached),
    reasoning: Math.max(row.reasoning, said.reasoning),
    total: Math.max(row.total, said.total),
  };
  return { token_usage, cost_usd: cost === null || paid === null ? (cost ?? paid) : Math.max(cost, paid) };
}

/** Usage that the source counts already is not counted again. */
function inherited(entry: Entry, from: string): Entry {
  if (entry.type !== 'message' || !entry.usage) return entry;
  const { usage, ...rest } = entry;
  return { ...rest, inherited: { from, usage } };
}
