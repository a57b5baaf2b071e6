import type { Entry } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import type { SessionRow } from '../model/row.js';
import type { Snapshot } from '../model/snapshot.js';
import { catchUp } from './catchUp.js';
import type { CoreContext } from './context.js';
import { readDraft } from './drafts.js';
import { foreignId, foreignRow, sourceNamed } from './foreignId.js';
import type { Follow } from './follow.js';
import { recoverQueue } from './promptQueue.js';
import type { TurnRunner } from './turnRunner.js';
import type { TurnUpdates } from './turnUpdates.js';

/** One session's row, fresh, with the mode that really holds. */
export async function getRow(context: CoreContext, id: string): Promise<SessionRow> {
  const foreign = foreignId(id);
  if (foreign) return foreignRow(context.sources, foreign);
  const row = await context.store.row(id);
  const [shown] = await context.modes.show(context.store.root, [row]);
  return shown ?? row;
}

/** A session's entries, or the last ones of them. */
export async function readHistory(context: CoreContext, id: string, last?: number): Promise<readonly Entry[]> {
  const foreign = foreignId(id);
  if (!foreign) {
    const added = await catchUp(context, await context.store.row(id));
    const { entries } = await context.store.entries(id, last === undefined ? {} : { last });
    return added.length === 0 ? entries : [...entries, ...added].slice(last === undefined ? 0 : -last);
  }
  const entries = await sourceNamed(context.sources, foreign.source).read(foreign.ownId);
  return last === undefined ? entries : entries.slice(-last);
}

/** Where the turns of a session are told: those of this process, those of others that are followed. */
interface LiveParts {
  readonly runner: TurnRunner | undefined;
  readonly updates: TurnUpdates;
  readonly follow: Follow | undefined;
}

/**
 * What a panel shows of a session. What a running turn of this process tells is taken after the files were read and in one
 * go with `seq`, so that between snapshot and updates nothing is missing and nothing comes twice.
 */
export async function takeSnapshot(context: CoreContext, id: string, { runner, updates, follow }: LiveParts): Promise<Snapshot> {
  if (foreignId(id)) {
    const [row, entries] = await Promise.all([getRow(context, id), readHistory(context, id)]);
    return { row, entries: [...entries], live: [], running: false, skipped: [], seq: updates.seq };
  }
  if (follow) return followedSnapshot(context, id, follow, updates);
  await recover(context, id);
  if (!runner?.queue.of(id).length) await recoverQueue(context, id);
  const added = runner?.running(id) ? [] : await catchUp(context, await context.store.row(id));
  const [row, kept, draft] = await Promise.all([getRow(context, id), readEntries(context, id), readDraft(context, id)]);
  const turn = runner?.running(id);
  const known = new Set(kept.entries.map((entry) => entry.id));
  return {
    row,
    entries: [...kept.entries, ...[...added, ...(turn?.complete ?? [])].filter((entry) => !known.has(entry.id))],
    live: [...(turn?.live ?? [])],
    running: turn !== undefined,
    ...(turn || !row.running ? {} : { holder: row.running }),
    skipped: [...kept.skipped],
    seq: updates.seq,
    ...(draft === undefined ? {} : { draft }),
    ...(runner?.queue.of(id).length ? { queued: runner.queue.shown(id) } : {}),
  };
}

/** The same of a turn that another process runs: as far as it was told to those who listen. */
async function followedSnapshot(context: CoreContext, id: string, follow: Follow, updates: TurnUpdates): Promise<Snapshot> {
  const [row, draft] = await Promise.all([getRow(context, id), readDraft(context, id)]);
  return {
    row,
    entries: [...follow.entries],
    live: [...follow.live],
    running: false,
    ...(row.running ? { holder: follow.holder } : {}),
    skipped: [...follow.skipped],
    seq: updates.seq,
    ...(draft === undefined ? {} : { draft }),
  };
}

/** What a turn left whose process died is an entry from now on. Reading must work where writing does not. */
async function recover({ store, logger }: CoreContext, id: string): Promise<void> {
  await store.recoverPartials(id).catch((error: unknown) => logger.warn(`unfinished turns stay as they are: ${messageOf(error)}`));
}

/** A record without a transcript shows as a session without entries; its row says what is wrong. */
async function readEntries({ store }: CoreContext, id: string) {
  try {
    return await store.entries(id);
  } catch (error) {
    const { problem } = await store.row(id);
    if (!problem) throw error;
    return { entries: [], skipped: [problem] };
  }
}
