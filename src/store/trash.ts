import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { sessionIdPattern } from '../model/sessionId.js';
import { isSystemError, isThere, withFileErrors } from './fileError.js';
import { freshId } from './freshId.js';
import { journalChange, markOf } from './journal.js';
import { readHolder } from './leaseFile.js';
import { runSteps } from './pendingSteps.js';
import { sessionPaths } from './sessionPaths.js';
import { readRow } from './sessionRows.js';
import { reversed, type Step } from './step.js';
import type { DeletedRow } from './store.js';
import type { StoreContext } from './storeContext.js';

/** `trash/<id>.<milliseconds since the epoch, when it was deleted>/` holds the session's files under their own names. More digits are no date. */
const trashName = /^(?<id>[0-9a-f]{32})\.(?<deleted>\d{1,15})$/;

/** Moves sessions to the trash as one change; `undo` can take back all but one that is itself an undo. Refuses running ones. */
export async function trashSessions(context: StoreContext, ids: readonly string[], reason: 'delete' | 'clean' | 'undo'): Promise<void> {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return;
  const steps: Step[] = [];
  const titles = new Map<string, string>();
  for (const id of unique) {
    const row = await readRow(context, id);
    if (row.running !== undefined) throw running(row.running, row.title);
    titles.set(id, row.title === '' ? row.prompt : row.title);
    steps.push(...(await stepsTo(context, id, `trash/${id}.${String(context.now().getTime())}`)));
  }
  // Somebody may have begun a turn since the look: under the lock nobody can.
  const before = async (id: string): Promise<void> => {
    const holder = await readHolder(context.port, sessionPaths(context.sessions, id).lease, context.now());
    if (holder !== undefined) throw running(holder, titles.get(id) ?? '');
  };
  if (reason === 'undo') {
    await runSteps(context, freshId(), steps, { before });
    return;
  }
  const what = `${reason === 'clean' ? 'Cleaned' : 'Deleted'} ${nameOf([...titles.values()])}`;
  const change = await journalChange(context, { what, ids: unique, act: { kind: 'move', steps } });
  await runSteps(context, change.id, steps, { before, finished: markOf(context, change, 'done') });
}

/** The record first: what is left is then a locked transcript without one, which no list shows. */
async function stepsTo(context: StoreContext, id: string, folder: string): Promise<readonly Step[]> {
  const names: string[] = [];
  for (const name of [`${id}.json`, `${id}.jsonl`, id]) {
    if (await isThere(context.port, path.join(context.sessions, name))) names.push(name);
  }
  return names.map((name) => ({ id, from: `sessions/${name}`, to: `${folder}/${name}` }));
}

function running(holder: { readonly program: string; readonly host: string; readonly pid: number }, title: string): SessionError {
  return new SessionError('busy', `"${title}" is running in ${holder.program} (pid ${String(holder.pid)} on ${holder.host})`, {
    hint: 'stop its turn first',
  });
}

function nameOf(titles: readonly string[]): string {
  const [only] = titles;
  if (titles.length !== 1 || only === undefined) return `${String(titles.length)} sessions`;
  return only === '' ? 'a session without a title' : `"${only.length > 60 ? `${only.slice(0, 59)}…` : only}"`;
}

interface Trashed {
  readonly id: string;
  readonly deletedAt: number;
  /** Inside the store: `trash/<name>`. */
  readonly folder: string;
}

/** What the trash holds, newest first. */
async function trashFolders(context: StoreContext): Promise<readonly Trashed[]> {
  const names = await context.port.readdir(path.join(context.root, 'trash')).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  return names
    .flatMap(({ name, kind }) => {
      const { id, deleted } = trashName.exec(name)?.groups ?? {};
      return kind !== 'folder' || id === undefined ? [] : [{ id, deletedAt: Number(deleted), folder: `trash/${name}` }];
    })
    .sort((a, b) => b.deletedAt - a.deletedAt);
}

/** The deleted sessions as rows, newest first; a session deleted more than once shows as it was last. */
export async function trashedRows(context: StoreContext): Promise<readonly DeletedRow[]> {
  const rows = new Map<string, DeletedRow>();
  for (const { id, deletedAt, folder } of await trashFolders(context)) {
    if (rows.has(id)) continue;
    try {
      const row = await readRow({ ...context, sessions: path.join(context.root, folder) }, id);
      rows.set(id, { row, deleted_at: new Date(deletedAt).toISOString() });
    } catch (error) {
      // Emptied by hand, or put back this moment.
      if (!(error instanceof SessionError) || error.code !== 'not_found') throw error;
    }
  }
  return [...rows.values()];
}

/** Puts sessions back as they were when last deleted. `not_found` when one is not in the trash; then none is put back. */
export async function restoreSessions(context: StoreContext, ids: readonly string[]): Promise<void> {
  await withFileErrors(context.root, async () => {
    const trashed = await trashFolders(context);
    const steps: Step[] = [];
    for (const id of new Set(ids)) {
      const found = sessionIdPattern.test(id) ? trashed.find((each) => each.id === id) : undefined;
      if (found === undefined) throw new SessionError('not_found', `there is no deleted session ${id}`);
      const paths = sessionPaths(context.sessions, id);
      if ((await isThere(context.port, paths.record)) || (await isThere(context.port, paths.transcript))) {
        throw new SessionError('failed', `there is a session ${id} already`, { hint: 'delete or export it first' });
      }
      const there = { ...context, sessions: path.join(context.root, found.folder) };
      const back = reversed(await stepsTo(there, id, found.folder));
      if (back.length === 0) throw new SessionError('gone', `the deleted session ${id} is not there any more`);
      steps.push(...back);
    }
    await runSteps(context, freshId(), steps);
  });
}
