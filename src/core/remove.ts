import { SessionError } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import type { DeletedRow } from '../store/store.js';
import type { CoreContext } from './context.js';
import { foreignId, foreignRow, sourceNamed } from './foreignId.js';
import { keptForeign, newKeepFolder, removeForeign, restoreForeign } from './foreignTrash.js';
import { isShown, located } from './gatherRows.js';
import { Places } from './places.js';
import { namesOf } from './rowNames.js';
import { journalChange } from './undo.js';

/**
 * Deletes sessions as one change that `undo` takes back: ours go to the trash, another program's out of its store with a copy
 * kept. All or none: `busy` for one that runs, `read_only` for one whose store may not be written.
 */
export async function removeSessions(context: CoreContext, ids: readonly string[]): Promise<void> {
  const ours = ids.filter((id) => !foreignId(id));
  for (const id of ours) refuseRunning(await context.store.row(id));
  const foreign: SessionRow[] = [];
  for (const id of ids) {
    const parts = foreignId(id);
    if (!parts) continue;
    const row = await foreignRow(context.sources, parts);
    await requireRemoval(context, parts.source);
    foreign.push(row);
  }
  if (ours.length > 0) await context.store.remove(ours);
  if (foreign.length === 0) return;
  const items = foreign.map((row) => ({ row, folder: newKeepFolder(context, row.source) }));
  const kept = items.map(({ folder }) => folder);
  await journalChange(context, `Deleted ${namesOf(foreign)}`, ids, { act: 'remove', kept, also: ours.length > 0 });
  for (const { row, folder } of items) await removeForeign(context, row, folder);
}

function refuseRunning({ running, title }: SessionRow): void {
  if (!running) return;
  throw new SessionError('busy', `"${title}" is running in ${running.program} (pid ${running.pid} on ${running.host})`, {
    hint: 'stop its turn first',
  });
}

async function requireRemoval(context: CoreContext, name: string): Promise<void> {
  const source = sourceNamed(context.sources, name);
  if (source.removal) return;
  const { readOnly } = await source.info();
  throw new SessionError('read_only', readOnly ?? `sessions of ${source.title} cannot be deleted from here`);
}

/** What can be put back, newest first: ours of this store, and other programs' of this folder or of none. */
export async function trashedSessions(context: CoreContext): Promise<readonly DeletedRow[]> {
  const places = new Places(context.dir, context.location);
  const foreign = (await keptForeign(context)).filter(
    ({ row }) => row.workdir === '' || isShown(places.of(located(context, row)), 'folder'),
  );
  const rows = [...(await context.store.trashed()), ...foreign.map(({ row, deleted_at }) => ({ row, deleted_at }))];
  return rows.sort((a, b) => Date.parse(b.deleted_at) - Date.parse(a.deleted_at));
}

/** Puts deleted sessions back; ids as in `trashedSessions`, whole or as a unique prefix. */
export async function restoreSessions(context: CoreContext, texts: readonly string[]): Promise<void> {
  const trashed = await trashedSessions(context);
  const ids = texts.map((text) => trashedId(trashed, text));
  const ours = ids.filter((id) => !foreignId(id));
  if (ours.length > 0) await context.store.restore(ours);
  const kept = [...(await keptForeign(context))].sort((a, b) => Date.parse(b.deleted_at) - Date.parse(a.deleted_at));
  for (const id of ids) {
    const newest = kept.find(({ row }) => row.id === id);
    if (newest) await restoreForeign(context, newest.folder);
  }
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
