import { SessionError } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import type { SessionRow } from '../model/row.js';
import { givenTitle } from '../model/sessionTitle.js';
import { checkedTags } from '../model/tags.js';
import type { CoreContext } from './context.js';
import { foreignId, foreignRow, sourceNamed } from './foreign/foreignId.js';
import { nameOf, namesOf } from './rowNames.js';
import { handedTo } from './turns/switchAgent.js';
import { journalChange } from './undo.js';
import type { SessionPatch } from './workspace.js';

type Patched = Pick<SessionRecord, 'title' | 'model' | 'title_source' | 'tags' | 'pinned' | 'archived' | 'status' | 'settings' | 'backend'>;

/** Changes what a person says of sessions, as one change that `undo` takes back. */
export async function patchSessions(context: CoreContext, ids: readonly string[], given: SessionPatch): Promise<void> {
  const patch = checked(given);
  const rows = await Promise.all(ids.map((id) => rowOf(context, id)));
  const foreign = rows.filter((row) => foreignId(row.id));
  for (const row of foreign) await requireAbilities(context, row, patch);
  const ours = await withTrust(
    context,
    rows.filter((row) => !foreignId(row.id)),
    patch,
  );
  const changed = ours.filter(({ row, patch: own }) => Object.keys(changesOf(row, own)).length > 0);
  await patchOurs(context, changed);
  await patchForeign(context, foreign, patch, changed.length > 0);
}

const checked = ({ title, addTags, ...rest }: SessionPatch): SessionPatch => ({
  ...rest,
  ...(title === undefined ? {} : { title: givenTitle(title) }),
  ...(addTags === undefined ? {} : { addTags: checkedTags(addTags) }),
});

async function rowOf(context: CoreContext, id: string): Promise<SessionRow> {
  const parts = foreignId(id);
  return parts ? foreignRow(context.sources, parts) : context.store.row(id);
}

interface OwnPatch {
  readonly row: SessionRow;
  readonly patch: SessionPatch;
}

/** Looser modes go to `$SKEIN_HOME`: what is left of the settings may stand in the record. */
async function withTrust(context: CoreContext, rows: readonly SessionRow[], patch: SessionPatch): Promise<readonly OwnPatch[]> {
  const result: OwnPatch[] = [];
  for (const row of rows) {
    if (patch.settings === undefined) result.push({ row, patch });
    else result.push({ row, patch: { ...patch, settings: await context.modes.keep(context.store.root, row.id, patch.settings) } });
  }
  return result;
}

/** The fields that a patch changes, given what is there. */
function changesOf(record: Patched, patch: SessionPatch): Partial<SessionRecord> {
  const removed = new Set(patch.removeTags);
  const tags = [...new Set([...record.tags, ...(patch.addTags ?? [])])].filter((tag) => !removed.has(tag));
  const { title } = patch;
  const handed = patch.backend === undefined || patch.backend === record.backend ? {} : handedTo(patch.backend, record);
  const settings = patch.settings && { ...(handed.settings ?? record.settings), ...patch.settings };
  return {
    // A title that a person gave is never changed by an agent afterwards, also where it is the one that was there.
    ...(title !== undefined && (title !== record.title || record.title_source !== 'user') ? { title, title_source: 'user' } : {}),
    ...(tags.join('\n') === record.tags.join('\n') ? {} : { tags }),
    ...(patch.pinned === undefined || patch.pinned === record.pinned ? {} : { pinned: patch.pinned }),
    ...(patch.archived === undefined || patch.archived === record.archived ? {} : { archived: patch.archived }),
    ...(patch.status === undefined || patch.status === record.status ? {} : { status: patch.status }),
    ...handed,
    // Its agent's own again: what answered last is no choice of the person's, and would be asked for at the next turn.
    ...(patch.settings && 'model' in patch.settings && settings?.model === undefined && record.model !== undefined
      ? { model: undefined }
      : {}),
    ...(settings && JSON.stringify(settings) !== JSON.stringify(record.settings) ? { settings } : {}),
  };
}

async function patchOurs(context: CoreContext, items: readonly OwnPatch[]): Promise<void> {
  const [only] = items;
  if (only && items.length === 1) {
    const what = wordsFor([only.row], only.patch);
    await context.store.update(only.row.id, (record) => changesOf(record, only.patch), { what });
    return;
  }
  if (!only) return;
  const rows = items.map(({ row }) => row);
  const before = items.map(({ row, patch }) => ({ id: row.id, fields: valuesOf(row, Object.keys(changesOf(row, patch))) }));
  await journalChange(
    context,
    wordsFor(rows, only.patch),
    rows.map(({ id }) => id),
    { act: 'patch', rows: before, also: false },
  );
  for (const { row, patch } of items) await context.store.update(row.id, (record) => changesOf(record, patch));
}

const valuesOf = (row: SessionRow, keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, row[key]]));

async function patchForeign(context: CoreContext, rows: readonly SessionRow[], patch: SessionPatch, also: boolean): Promise<void> {
  const items = rows.map((row) => ({ row, changes: changesOf(row, patch) })).filter(({ changes }) => Object.keys(changes).length > 0);
  if (items.length === 0) return;
  const before = items.flatMap(({ row, changes }) => {
    const parts = foreignId(row.id);
    return parts
      ? [{ ...parts, ...(changes.title === undefined ? {} : { title: row.title }), ...(changes.tags ? { tags: row.tags } : {}) }]
      : [];
  });
  const changedRows = items.map(({ row }) => row);
  const forget = await journalChange(
    context,
    wordsFor(changedRows, patch),
    changedRows.map(({ id }) => id),
    { act: 'describe', items: before, also },
  );
  let isAnyDone = false;
  try {
    for (const { row, changes } of items) {
      const parts = foreignId(row.id);
      const source = parts && sourceNamed(context.sources, parts.source);
      if (changes.title !== undefined) await source?.rename?.(parts?.ownId ?? '', changes.title);
      isAnyDone ||= changes.title !== undefined;
      if (changes.tags !== undefined) await source?.tag?.(parts?.ownId ?? '', changes.tags);
      isAnyDone = true;
    }
  } catch (error) {
    if (!isAnyDone) await forget();
    throw error;
  }
}

/** A source's own abilities are a title and tags; for anything else the session has to be ours first. */
async function requireAbilities(context: CoreContext, row: SessionRow, patch: SessionPatch): Promise<void> {
  const source = sourceNamed(context.sources, row.source);
  const { pinned, archived, status, settings, backend, title, addTags, removeTags } = patch;
  const isMore = [pinned, archived, status, settings, backend].some((value) => value !== undefined);
  const lacksTitle = title !== undefined && !source.rename;
  const lacksTags = (addTags !== undefined || removeTags !== undefined) && !source.tag;
  if (!isMore && !lacksTitle && !lacksTags) return;
  const hint = 'resume it first: that makes it a session of this folder';
  const { readOnly } = await source.info();
  if (!isMore && readOnly !== undefined) throw new SessionError('read_only', `${nameOf(row)} stays as it is. ${readOnly}`, { hint });
  throw new SessionError('unsupported', `${nameOf(row)} is a session of ${source.title}, which has no place for this`, { hint });
}

/** What was done, for the Undo button. */
function wordsFor(rows: readonly SessionRow[], patch: SessionPatch): string {
  const names = namesOf(rows);
  const { title, addTags, removeTags, pinned, archived, status, backend } = patch;
  if (title !== undefined) return `Renamed ${names} to "${title}"`;
  if (addTags !== undefined && addTags.length > 0) return `Tagged ${names} with ${[...new Set(addTags)].join(', ')}`;
  if (removeTags !== undefined && removeTags.length > 0) return `Took ${[...new Set(removeTags)].join(', ')} off ${names}`;
  if (pinned !== undefined) return `${pinned ? 'Pinned' : 'Unpinned'} ${names}`;
  if (archived !== undefined) return `${archived ? 'Archived' : 'Unarchived'} ${names}`;
  if (status !== undefined) return `Marked ${names} as ${status}`;
  if (backend !== undefined) return `Handed ${names} to ${backend}`;
  return `Changed the settings of ${names}`;
}
