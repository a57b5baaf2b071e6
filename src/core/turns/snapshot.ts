import type { Entry } from '../../model/entry.js';
import { messageOf } from '../../model/errors.js';
import type { SessionRow } from '../../model/row.js';
import type { Snapshot } from '../../model/snapshot.js';
import { catchUp } from '../foreign/catchUp.js';
import type { CoreContext } from '../context.js';
import { readDraft } from '../prompts/drafts.js';
import { foreignId, foreignRow, sourceNamed } from '../foreign/foreignId.js';
import type { Follow } from './follow.js';
import { recoverQueue } from './promptQueue.js';
import type { Turn } from './turn.js';
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
 * go with `seq`, so that between snapshot and updates nothing is missing and nothing comes twice. Whether the session runs is
 * told once: by its row, as `running` and as `holder`.
 */
export async function takeSnapshot(context: CoreContext, id: string, parts: LiveParts): Promise<Snapshot> {
  const { runner, updates, follow } = parts;
  if (foreignId(id)) {
    const [row, entries] = await Promise.all([getRow(context, id), readHistory(context, id)]);
    return { row, entries: [...entries], live: [], running: false, skipped: [], seq: updates.seq };
  }
  // It is about to run, or is refused.
  await runner?.starting(id);
  const before = runner?.running(id);
  if (follow && (before === undefined || before.isOver)) {
    const followed = await followedSnapshot(context, id, follow, updates);
    // Over by now, or gone on with here: the files tell all.
    if (!follow.ended && !isBegun(id, runner, before)) return followed;
  }
  await recover(context, id);
  if (!runner?.queue.of(id).length) await recoverQueue(context, id);
  const added = before ? [] : await catchUp(context, await context.store.row(id));
  const [row, kept, draft] = await Promise.all([getRow(context, id), readEntries(context, id), readDraft(context, id)]);
  if (isBegun(id, runner, before)) return takeSnapshot(context, id, parts);
  const turn = runner?.running(id);
  const known = new Set(kept.entries.map((entry) => entry.id));
  return {
    ...whoRuns(context, row, turn),
    entries: [...kept.entries, ...[...added, ...(turn?.complete ?? [])].filter((entry) => !known.has(entry.id))],
    live: [...(turn?.live ?? [])],
    skipped: [...kept.skipped],
    seq: updates.seq,
    ...(draft === undefined ? {} : { draft }),
    ...(runner?.queue.of(id).length ? { queued: runner.queue.shown(id) } : {}),
  };
}

/** Whether another turn of this process has begun since, or is about to: what was read of the session is older than that. */
function isBegun(id: string, runner: TurnRunner | undefined, before: Turn | undefined): boolean {
  const turn = runner?.running(id);
  return runner?.starting(id) !== undefined || (turn !== undefined && turn !== before);
}

/** The same of a turn that another process runs: as far as it was told to those who listen. */
async function followedSnapshot(context: CoreContext, id: string, follow: Follow, updates: TurnUpdates): Promise<Snapshot> {
  const [row, draft] = await Promise.all([getRow(context, id), readDraft(context, id)]);
  return {
    ...whoRuns(context, row, undefined),
    entries: [...follow.entries],
    live: [...follow.live],
    skipped: [...follow.skipped],
    seq: updates.seq,
    ...(draft === undefined ? {} : { draft }),
  };
}

/**
 * The row, and who runs the session by it. A lease of ours without a turn is of one that has ended since the row was read, and a
 * turn that is over runs no longer than its lease is there: lists tell that the session is free, and the next turn can begin.
 */
function whoRuns({ store }: CoreContext, row: SessionRow, turn: Turn | undefined): Pick<Snapshot, 'row' | 'running' | 'holder'> {
  const { running: holder, ...rest } = row;
  const isOurs = holder !== undefined && store.isOurs(holder);
  if (turn && (isOurs || !turn.isOver)) return { row, running: true };
  return holder === undefined || isOurs ? { row: rest, running: false } : { row, running: false, holder };
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
