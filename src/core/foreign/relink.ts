import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { SessionError } from '../../model/errors.js';
import { isInside } from '../../model/folderPath.js';
import type { RelinkRow } from '../../model/report.js';
import type { SessionRow } from '../../model/row.js';
import { ownSource, type CoreContext } from '../context.js';
import { gatherRows } from '../gatherRows.js';
import { movedTo } from './movedFolders.js';
import { namesOf } from '../rowNames.js';
import { journalChange } from '../undo.js';

export interface RelinkOptions {
  /** The folder that was; without it, a preview of all sessions whose folder is gone. */
  readonly from?: string | undefined;
  /** Where it is now; by default the open folder. */
  readonly to?: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Puts the sessions of a folder that was moved or renamed where it is now, as one change that `undo` takes back: records of this
 * store say the new folder, other programs' sessions are shown in it, their stores as they are. Gives each session with its
 * folder afterwards. `usage` where the old folder is still there, `not_found` where the new one is not.
 */
export async function relinkSessions(context: CoreContext, options: RelinkOptions): Promise<readonly RelinkRow[]> {
  const to = await folderNow(context, options.to);
  const rows = (await gatherRows(context, 'all')).rows.filter((row) => row.workdir !== '' && canFollow(context, row));
  if (options.from === undefined) {
    if (!options.dryRun) throw new SessionError('usage', 'the folder that was moved is not said');
    const gone = new Set(await goneFolders(rows.map(({ workdir }) => workdir)));
    return rows.filter(({ workdir }) => gone.has(workdir)).map((row) => ({ row, workdir: to }));
  }
  const from = resolve(context.dir, options.from);
  if (isInside(to, from) || (await isFolder(from))) {
    throw new SessionError('usage', `${from} is still there`, { hint: 'sessions are linked again when their folder is gone' });
  }
  const moving = rows.filter(({ workdir }) => isAbsolute(workdir) && isInside(workdir, from));
  const planned = moving.map((row) => ({ row, workdir: movedTo(row.workdir, from, to) }));
  if (!options.dryRun && planned.length > 0) await move(context, from, to, planned);
  return planned;
}

async function move(context: CoreContext, from: string, to: string, planned: readonly RelinkRow[]): Promise<void> {
  const ours = planned.filter(({ row }) => row.source === ownSource);
  const theirs = planned.filter(({ row }) => row.source !== ownSource);
  const what = `Linked ${namesOf(planned.map(({ row }) => row))} to ${to}`;
  if (ours.length > 0) {
    const before = ours.map(({ row }) => ({ id: row.id, fields: { workdir: row.workdir } }));
    await journalChange(
      context,
      what,
      ours.map(({ row }) => row.id),
      { act: 'patch', rows: before, also: false },
    );
    for (const { row, workdir } of ours) await context.store.update(row.id, () => ({ workdir }));
  }
  if (theirs.length === 0) return;
  const was = (await context.moved.all()).get(from);
  const ids = theirs.map(({ row }) => row.id);
  await journalChange(context, what, ids, { act: 'relink', from, ...(was && { was }), also: ours.length > 0 });
  await context.moved.set(from, { to, at: new Date(context.now()).toISOString() });
}

/** Ours where this store has the record; another store's is moved with its own folder. */
const canFollow = ({ store }: CoreContext, row: SessionRow): boolean =>
  row.source !== ownSource || (row.path === store.root && !row.problem);

async function folderNow({ dir }: CoreContext, to: string | undefined): Promise<string> {
  const path = resolve(dir, to ?? dir);
  if (!(await isFolder(path))) throw new SessionError('not_found', `${path} is not a folder`);
  return realpath(path);
}

async function goneFolders(workdirs: readonly string[]): Promise<readonly string[]> {
  const gone = [...new Set(workdirs)].map(async (workdir) => (isAbsolute(workdir) && !(await isFolder(workdir)) ? [workdir] : []));
  return (await Promise.all(gone)).flat();
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
