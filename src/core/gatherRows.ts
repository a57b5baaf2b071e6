import { messageOf } from '../model/errors.js';
import type { ListFilter } from '../model/filter.js';
import type { Problem, SessionRow } from '../model/row.js';
import type { SourceList } from '../sources/source.js';
import { notAdopted } from './foreign/adoptedId.js';
import { ownSource, type CoreContext } from './context.js';
import type { GatheredRows } from './gatheredRows.js';
import { Places, type Place } from './places.js';

export type Scope = NonNullable<ListFilter['scope']>;

/** Every session of a scope, ours and the sources', archived ones too; an adopted session and its source are one row. */
export async function gatherRows(context: CoreContext, scope: Scope): Promise<GatheredRows> {
  const { store, modes } = context;
  const [own, foreign] = await Promise.all([store.list(), listShown(context)]);
  const others = scope === 'all' ? await listOtherStores(context) : { rows: [], problems: [] };
  const places = new Places(context.dir, context.location);
  const rows = [
    ...(await modes.show(store.root, own)),
    ...others.rows,
    ...(await notAdopted(context, foreign.rows, [...own, ...others.rows])),
  ];
  return {
    rows: rows.flatMap((row) => placed(row, places.of(located(context, row)), scope) ?? []),
    problems: [...foreign.problems, ...others.problems],
    stamps: foreign.stamps,
  };
}

/** The row as a scope shows it, marked where it is another worktree's; `undefined` where the scope leaves it out. */
export function placed(row: SessionRow, place: Place, scope: Scope): SessionRow | undefined {
  if (!isShown(place, scope)) return undefined;
  return typeof place === 'object' ? { ...row, worktree: place.worktree } : row;
}

export const isShown = (place: Place, scope: Scope): boolean =>
  scope === 'all' || place === 'here' || (scope === 'folder' && place !== 'elsewhere');

export function located(context: CoreContext, row: SessionRow) {
  const own = row.source === ownSource && row.path === context.store.root;
  return { workdir: row.workdir, own, problem: row.problem !== undefined };
}

/** As `listSources`, without the sessions that this person deleted from the lists. */
export async function listShown(context: CoreContext): Promise<Required<SourceList>> {
  const [list, hidden] = await Promise.all([listSources(context), context.hidden.all()]);
  return hidden.size === 0 ? list : { ...list, rows: list.rows.filter(({ id }) => !hidden.has(id)) };
}

/** The rows of all sources. One that fails is a problem with its name, and the others' rows are there. */
export async function listSources({ sources }: Pick<CoreContext, 'sources'>): Promise<Required<SourceList>> {
  const lists = await Promise.all(
    sources.map(async (source): Promise<SourceList> => {
      try {
        return await source.list();
      } catch (error) {
        return { rows: [], problems: [{ kind: 'unreadable', detail: messageOf(error), path: source.title }] };
      }
    }),
  );
  return {
    rows: lists.flatMap(({ rows }) => rows),
    problems: lists.flatMap(({ problems }) => problems),
    stamps: new Map(lists.flatMap(({ stamps }) => [...(stamps ?? [])])),
  };
}

async function listOtherStores(context: CoreContext): Promise<Omit<GatheredRows, 'stamps'>> {
  const rows: SessionRow[] = [];
  const problems: Problem[] = [];
  for (const store of await context.otherStores()) {
    try {
      rows.push(...(await context.modes.show(store.root, await store.list())));
    } catch (error) {
      problems.push({ kind: 'unreadable', detail: messageOf(error), path: store.root });
    }
  }
  return { rows, problems };
}
