import type { Entry } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { SessionRow } from '../../model/row.js';
import type { Source } from '../../sources/source.js';
import type { CoreContext } from '../context.js';
import { agentName, originName } from './ownIds.js';
import { laterEntries } from './laterEntries.js';

/** A turn that was written to this lately may be under way: its entries still change. */
const quietMs = 5_000;

/** A session of another program's store that one of ours stands for. */
interface Link {
  readonly source: Source;
  readonly ownId: string;
  /** Ours was made from it; else the agent made it for ours. */
  readonly isOrigin: boolean;
}

/**
 * Takes into a session of ours what its own program added since, and gives back the entries that can only be shown so far: of a
 * turn that is still under way there, or where ours cannot be written now. `isAll`: also what is under way, since ours goes on
 * from it. Never fails: without its source the session is what we have of it.
 */
export async function catchUp(context: CoreContext, row: SessionRow, isAll = false): Promise<readonly Entry[]> {
  const links = await linksOf(context, row);
  // While a turn of ours runs, a part of it is in the other store already.
  if (links.length === 0 || row.running || row.problem) return [];
  try {
    const read = await Promise.all(links.map((link) => newerOf(context, link, row, isAll)));
    const theirs = read.flatMap((entries, index) => (entries ? [{ entries, isOrigin: links[index]?.isOrigin === true }] : []));
    if (theirs.length === 0) return [];
    const laterNow = async () => {
      const { entries: ours } = await context.store.entries(row.id);
      return theirs.flatMap(({ entries, isOrigin }) => laterEntries(ours, entries, isOrigin));
    };
    const later = await laterNow();
    const settled = isAll ? later : settledOf(later, context.now());
    if (settled.length === 0) return later;
    const stored = await store(context, row.id, async () => (isAll ? laterNow() : settledOf(await laterNow(), context.now())));
    return stored ? later.slice(settled.length) : later;
  } catch (error) {
    context.logger.warn(`what was added to session ${row.id} elsewhere is not shown: ${messageOf(error)}`);
    return [];
  }
}

/** Only those that this person's own Skein made: a record may come from a stranger and name any. */
async function linksOf(
  { sources, ownIds }: CoreContext,
  { id, origin, backend, backend_session_id: native }: SessionRow,
): Promise<readonly Link[]> {
  const links: Link[] = [];
  const from = sources.find(({ name }) => name === origin?.source);
  if (from && origin && (await ownIds.has(id, originName(origin.source, origin.id))))
    links.push({ source: from, ownId: origin.id, isOrigin: true });
  const agent = sources.find(({ name }) => name === backend);
  const isOther = agent !== from || native !== origin?.id;
  if (agent && native !== undefined && isOther && (await ownIds.has(id, agentName(backend, native))))
    links.push({ source: agent, ownId: native, isOrigin: false });
  return links;
}

/** Its entries, where it was used after ours; `undefined` where it was not, or is gone. */
async function newerOf({ logger }: CoreContext, { source, ownId }: Link, row: SessionRow, isAll: boolean) {
  try {
    const { rows } = await source.list();
    const theirs = rows.find(({ id }) => id === `${source.name}:${ownId}`);
    if (!theirs || theirs.problem) return undefined;
    if (!isAll && Date.parse(theirs.last_used_at) <= Date.parse(row.last_used_at)) return undefined;
    return await source.read(ownId);
  } catch (error) {
    if (!(error instanceof SessionError && (error.code === 'not_found' || error.code === 'gone')))
      logger.warn(`${source.title} cannot be asked for ${ownId}: ${messageOf(error)}`);
    return undefined;
  }
}

/** The entries before the first one that may still change. */
function settledOf(entries: readonly Entry[], now: number): readonly Entry[] {
  const starts = entries.flatMap((entry, index) => (entry.type === 'message' && entry.message.role === 'user' ? [index] : []));
  const last = starts.at(-1) ?? 0;
  const isUnderWay = entries
    .slice(last)
    .some((entry) => now - Date.parse(entry.timestamp) < quietMs || (entry.type === 'tool_call' && isOpen(entry.call.status)));
  return isUnderWay ? entries.slice(0, last) : entries;
}

const isOpen = (status: string): boolean => status === 'pending' || status === 'running';

/** Looks and appends under the session's lock: two that look at once, or a turn that begins, do not write the same twice. */
async function store({ store, logger }: CoreContext, id: string, entries: () => Promise<readonly Entry[]>): Promise<boolean> {
  try {
    // What a turn left whose process is gone was said before.
    await store.recoverPartials(id);
    if (!(await store.appendWhileIdle(id, entries))) return false;
    await store.settle(id);
    return true;
  } catch (error) {
    // Reading must work where writing does not.
    logger.debug(`session ${id} does not take in what was added elsewhere yet: ${messageOf(error)}`);
    return false;
  }
}
