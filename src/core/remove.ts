import { SessionError } from '../model/errors.js';
import type { RemovalRow } from '../model/report.js';
import type { SessionRow } from '../model/row.js';
import type { DeletedRow } from '../store/store.js';
import { covering, notAdopted, type Covered } from './foreign/adoptedId.js';
import type { CoreContext } from './context.js';
import { foreignId, foreignRow, sourceNamed } from './foreign/foreignId.js';
import { keptForeign, newKeepFolder, removeForeign, restoreForeign } from './foreign/foreignTrash.js';
import { isShown, listShown, listSources, located } from './gatherRows.js';
import { Places } from './places.js';
import { namesOf } from './rowNames.js';
import { journalChange } from './undo.js';

/**
 * Deletes sessions as one change that `undo` takes back: ours go to the trash, another program's is hidden, and its own store
 * stays as it is. So is what stands there of one of ours, or it would come back as another row. All or none: `busy` for one that
 * runs.
 */
export async function removeSessions(context: CoreContext, ids: readonly string[]): Promise<void> {
  const { ours, foreign } = await rowsOf(context, ids);
  if (ours.length > 0) await context.store.remove(ours.map(({ id }) => id));
  await hideRows(context, [...foreign, ...(await coveredBy(context, ours))], {
    what: `Deleted ${namesOf([...ours, ...foreign])}`,
    ids: foreign.map(({ id }) => id),
    also: ours.length > 0,
  });
}

/**
 * As `removeSessions`, and deletes them in their own programs' stores, keeping a copy that `undo` and `restore` put back.
 * `read_only`, with nothing deleted at all, for one whose store may not be written.
 */
export async function removeInSource(context: CoreContext, ids: readonly string[]): Promise<void> {
  for (const { removable, detail } of await planRemoval(context, ids)) if (!removable) throw new SessionError('read_only', detail);
  const { ours, foreign } = await rowsOf(context, ids);
  const going = [...foreign, ...(await coveredBy(context, ours))];
  if (ours.length > 0) await context.store.remove(ours.map(({ id }) => id));
  if (going.length === 0) return;
  const items = going.map((row) => ({ row, folder: newKeepFolder(context, row.source) }));
  const kept = items.map(({ folder }) => folder);
  const what = `Deleted ${namesOf([...ours, ...foreign])} in ${[...new Set(going.map(({ source }) => source))].join(', ')}`;
  await journalChange(
    context,
    what,
    foreign.map(({ id }) => id),
    { act: 'remove', kept, also: ours.length > 0 },
  );
  for (const { row, folder } of items) await removeForeign(context, row, folder);
}

/** What `removeInSource` would delete in whose store, and whether it could be put back. Changes nothing. */
export async function planRemoval(context: CoreContext, ids: readonly string[]): Promise<readonly RemovalRow[]> {
  const { ours, foreign } = await rowsOf(context, ids);
  const plan: RemovalRow[] = [];
  for (const row of ours) {
    plan.push({ row, removable: true, restorable: true, detail: `${namesOf([row])} goes to the trash, from which it can be put back` });
    for (const one of await coveredBy(context, [row])) plan.push(await planOf(context, one));
  }
  return [...plan, ...(await Promise.all(foreign.map((row) => planOf(context, row))))];
}

async function planOf(context: CoreContext, row: SessionRow): Promise<RemovalRow> {
  const source = sourceNamed(context.sources, row.source);
  const { readOnly } = await source.info();
  if (source.removal && readOnly === undefined) {
    const detail = `${namesOf([row])} will be deleted in the store of ${source.title}; a copy is kept, from which it can be put back`;
    return { row, removable: true, restorable: true, detail };
  }
  return { row, removable: false, restorable: false, detail: readOnly ?? `sessions of ${source.title} cannot be deleted from here` };
}

async function rowsOf(context: CoreContext, ids: readonly string[]) {
  const ours: SessionRow[] = [];
  const foreign: SessionRow[] = [];
  for (const id of ids) {
    const parts = foreignId(id);
    if (parts) foreign.push(await foreignRow(context.sources, parts));
    else ours.push(refuseRunning(await context.store.row(id)));
  }
  return { ours, foreign };
}

function refuseRunning(row: SessionRow): SessionRow {
  const { running, title } = row;
  if (!running) return row;
  throw new SessionError('busy', `"${title}" is running in ${running.program} (pid ${running.pid} on ${running.host})`, {
    hint: 'stop its turn first',
  });
}

/** The rows of the sources that are sessions of ours as well. */
export async function coveredBy(context: CoreContext, ours: readonly SessionRow[]): Promise<readonly SessionRow[]> {
  if (ours.length === 0) return [];
  const covered = await covering(context, ours);
  return (await listShown(context)).rows.filter((row) => covered.has(row));
}

/** Hides rows of the sources, journalled before the act. `also`: the change before this one belongs to it. */
export async function hideRows(
  context: CoreContext,
  rows: readonly SessionRow[],
  { what, ids, also }: { readonly what: string; readonly ids: readonly string[]; readonly also: boolean },
): Promise<void> {
  if (rows.length === 0) return;
  const hidden = rows.map(({ id }) => id);
  await journalChange(context, what, ids, { act: 'hide', hidden, also });
  await context.hidden.hide(hidden, new Date(context.now()).toISOString());
}

/**
 * What can be put back, newest first: ours of this store, and other programs' of this folder or of none, hidden here or deleted
 * in their stores.
 */
export async function trashedSessions(context: CoreContext): Promise<readonly DeletedRow[]> {
  const places = new Places(context.dir, context.location);
  const ours = await context.store.trashed();
  const hidden = await hiddenSessions(
    context,
    ours.map(({ row }) => row),
  );
  const foreign = [...(await keptForeign(context)), ...hidden]
    .filter(({ row }) => row.workdir === '' || isShown(places.of(located(context, row)), 'folder'))
    .map(({ row, deleted_at }) => ({ row, deleted_at }));
  return [...ours, ...foreign].sort((a, b) => Date.parse(b.deleted_at) - Date.parse(a.deleted_at));
}

/** What is hidden and still there, without what stands for sessions of ours that are in the trash. */
async function hiddenSessions(context: CoreContext, trashed: readonly SessionRow[]): Promise<readonly DeletedRow[]> {
  const hidden = await context.hidden.all();
  if (hidden.size === 0) return [];
  const { rows } = await listSources(context);
  return (await notAdopted(context, rows, trashed)).flatMap((row) => {
    const deleted_at = hidden.get(row.id);
    return deleted_at === undefined ? [] : [{ row, deleted_at }];
  });
}

/** Puts deleted sessions back; ids as in `trashedSessions`, whole or as a unique prefix. */
export async function restoreSessions(context: CoreContext, texts: readonly string[]): Promise<void> {
  const trashed = await trashedSessions(context);
  const ids = new Set(texts.map((text) => trashedId(trashed, text)));
  const ours = trashed.flatMap(({ row }) => (ids.has(row.id) && !foreignId(row.id) ? [row] : []));
  if (ours.length > 0) await context.store.restore([...new Set(ours.map(({ id }) => id))]);
  const kept = [...(await keptForeign(context))].sort((a, b) => Date.parse(b.deleted_at) - Date.parse(a.deleted_at));
  const covered = await covering(context, ours);
  for (const id of new Set([...ids, ...kept.flatMap(({ row }) => (covered.has(row) ? [row.id] : []))])) {
    const newest = kept.find(({ row }) => row.id === id);
    if (newest) await restoreForeign(context, newest.folder);
  }
  await showAgain(context, ids, covered);
}

async function showAgain(context: CoreContext, ids: ReadonlySet<string>, covered: Covered): Promise<void> {
  const hidden = await context.hidden.all();
  if (hidden.size === 0) return;
  const { rows } = await listSources(context);
  await context.hidden.show(rows.flatMap((row) => (hidden.has(row.id) && (ids.has(row.id) || covered.has(row)) ? [row.id] : [])));
}

function trashedId(trashed: readonly DeletedRow[], text: string): string {
  const ids = [...new Set(trashed.map(({ row }) => row.id))];
  const found = ids.filter(
    (id) => id === text || (text.length >= 4 && (id.startsWith(text) || foreignId(id)?.ownId.startsWith(text) === true)),
  );
  const exact = found.find((id) => id === text) ?? (found.length === 1 ? found[0] : undefined);
  if (exact !== undefined) return exact;
  if (found.length === 0) throw new SessionError('not_found', `there is no deleted session ${text}`);
  throw new SessionError('ambiguous', `"${text}" fits ${found.length} deleted sessions`, { hint: `it could be ${found.join(', ')}` });
}
