import { SessionError } from '../model/errors.js';
import type { ListFilter } from '../model/filter.js';
import { factsOf, filterTest, sortRows } from '../model/filterRows.js';
import type { SessionRow } from '../model/row.js';
import type { SessionBrief } from '../store/store.js';
import { isAgentsOwn, notAdopted } from './foreign/adoptedId.js';
import { ownSource, type CoreContext } from './context.js';
import { gatherRows, isShown, listShown, located, placed } from './gatherRows.js';
import { Places } from './places.js';
import type { ListResult } from './workspace.js';

/** How many sessions are ready to be opened again. */
const recentCount = 5;

/** The list of a folder: filtered, sorted, and cut to the part asked for. */
export async function listSessions(context: CoreContext, filter: ListFilter = {}): Promise<ListResult> {
  if (filter.source !== undefined && filter.source !== ownSource) requireSource(context, filter.source);
  const last = pageOf(filter);
  const page = last === undefined ? undefined : await listPage(context, filter, last);
  if (page) return page;
  const gathered = await gatherRows(context, filter.scope ?? 'folder');
  const { shown, kept } = await (await import('./search/search.js')).queryRows(context, gathered, filter);
  const recent = filter.lastN === undefined ? kept : sortRows(kept).slice(0, filter.lastN);
  return { rows: cut(sortRows(recent, filter.sort), filter), hidden: shown.length - kept.length, problems: gathered.problems };
}

function requireSource({ sources }: CoreContext, name: string): void {
  const names = [ownSource, ...sources.map((source) => source.name)];
  if (!names.includes(name)) throw new SessionError('usage', `there is no source "${name}"`, { hint: `known: ${names.join(', ')}` });
}

const cut = (rows: readonly SessionRow[], { offset = 0, limit = Infinity }: ListFilter) => rows.slice(offset, offset + limit);

/** How far a list reaches where the store's index alone can tell which rows come first; `undefined` where it takes all records. */
function pageOf({ limit, offset = 0, lastN, sort = 'last_used', search, activeOnly, scope }: ListFilter): number | undefined {
  const needsRecords = search !== undefined || activeOnly === true || scope === 'all' || (lastN !== undefined && sort !== 'last_used');
  if (needsRecords || (limit === undefined && lastN === undefined)) return undefined;
  return Math.min(limit === undefined ? Infinity : offset + limit, lastN ?? Infinity);
}

/**
 * As `listSessions`, reading only the records of the page: for stores with very many sessions. `undefined` where that does not
 * do: the index does not know which sessions at the agents are ours.
 */
async function listPage(context: CoreContext, filter: ListFilter, last: number): Promise<ListResult | undefined> {
  const { store, modes } = context;
  const scope = filter.scope ?? 'folder';
  const foreign = await listShown(context);
  const places = new Places(context.dir, context.location);
  const inScope = foreign.rows.flatMap((row) => placed(row, places.of(located(context, row)), scope) ?? []);
  if (inScope.some(isAgentsOwn)) return undefined;
  const test = filterTest(filter);
  const ours: Pick<SessionBrief, 'id' | 'backend'>[] = [];
  let shown = 0;
  const where = (brief: SessionBrief): boolean => {
    if (inScope.length > 0) ours.push(brief);
    if (brief.archived && filter.archived !== true) return false;
    if (!isShown(places.of({ workdir: brief.workdir, own: true, problem: brief.problem }), scope)) return false;
    shown += 1;
    const { backend, status, tags, model, last_used: lastUsed } = brief;
    return test({ backend, status, tags, model, source: ownSource, lastUsed, running: false });
  };
  const own = await store.query({ where, sort: filter.sort, limit: last });
  const others = (await notAdopted(context, inScope, ours)).filter((row) => !row.archived || filter.archived === true);
  const kept = others.filter((row) => test(factsOf(row)));
  const page = (await modes.show(store.root, own.rows)).flatMap((row) => placed(row, places.of(located(context, row)), scope) ?? []);
  const rows = sortRows([...page, ...kept], filter.sort).slice(0, last);
  return { rows: cut(rows, filter), hidden: shown - own.matched + others.length - kept.length, problems: foreign.problems };
}

/** The five last used of the folder. */
export async function recentSessions(context: CoreContext): Promise<readonly SessionRow[]> {
  return (await listSessions(context, { limit: recentCount })).rows;
}

/**
 * The session that `-c` continues: the last used of the folder, or, where the folder has none, of the working tree around it.
 * One that is done or damaged cannot go on, one that is running only when that is asked for, nor another program's that its agent does not know.
 */
export async function latestSession(
  context: CoreContext,
  { running = false }: { readonly running?: boolean | undefined } = {},
): Promise<SessionRow | undefined> {
  const isIt = (row: SessionRow): boolean => canGoOn(row) && (running || !row.running);
  const here = (await listSessions(context, { scope: 'here' })).rows.find(isIt);
  const { gitRoot } = context.location;
  if (here || gitRoot === undefined || gitRoot === context.dir) return here;
  return (await listSessions({ ...context, dir: gitRoot }, { scope: 'here' })).rows.find(isIt);
}

function canGoOn(row: SessionRow): boolean {
  const isOpen = row.status === 'created' || row.status === 'active' || row.status === 'error' || row.status === 'paused';
  return isOpen && !row.problem && (row.source === ownSource || row.backend_session_id !== undefined);
}
