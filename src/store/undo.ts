import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { isThere } from './fileError.js';
import { appendJournal, journalChange, markOf, undoable, type Change } from './journal.js';
import { runSteps } from './pendingSteps.js';
import { changedFields } from './recordFold.js';
import { updateRecord, type BeforeChange } from './recordUpdate.js';
import { reversed, type Step } from './step.js';
import type { UndoResult } from './store.js';
import type { StoreContext } from './storeContext.js';

/** Journals a record's update under its lock, before it is written; `done` marks it afterwards. */
export function journalledUpdate(
  context: StoreContext,
  id: string,
  what: string,
): { readonly before: BeforeChange; readonly done: () => Promise<void> } {
  let change: Change | undefined;
  return {
    before: async (was, will) => {
      const after = changedFields(was, will);
      const before = Object.fromEntries(Object.keys(after).map((key) => [key, was[key] ?? null]));
      if (Object.keys(after).length > 0) change = await journalChange(context, { what, ids: [id], act: { kind: 'update', before, after } });
    },
    done: async () => {
      if (change !== undefined) await appendJournal(context, markOf(context, change, 'done'));
    },
  };
}

/** Takes back the last change of this surface; `null` when there is none. One that never came to its act is passed over. */
export async function undoLast(context: StoreContext): Promise<UndoResult | null> {
  if (!(await isThere(context.port, context.root))) return null;
  return context.lock(path.join(context.root, 'undo.lock'), async () => {
    for (const { change, isDone } of await undoable(context)) {
      const result = await takeBack(context, change, isDone);
      if (result !== undefined) return result;
      await appendJournal(context, markOf(context, change, 'void'));
    }
    // A store that vanished meanwhile has no journal either, which is not the same as nothing to undo.
    await context.port.lstat(context.root);
    return null;
  });
}

/** `undefined` when there is nothing of this change to take back. */
async function takeBack(context: StoreContext, change: Change, isDone: boolean): Promise<UndoResult | undefined> {
  const { act, what, ids } = change;
  const undone = markOf(context, change, 'undone');
  switch (act.kind) {
    case 'outside':
      await appendJournal(context, undone);
      return { what, ids, data: act.data };
    case 'move': {
      let isReverted = false;
      for (const { id, before, after } of act.updates ?? []) {
        isReverted = (await revert(context, id, before, after)) === 'reverted' || isReverted;
      }
      const steps = await movedYet(context, act.steps);
      if (steps.length > 0) await runSteps(context, undone.id, reversed(steps), { finished: undone });
      else if (isReverted) await appendJournal(context, undone);
      else return undefined;
      return { what, ids };
    }
    case 'update': {
      const [id] = ids;
      const state = id === undefined ? 'before' : await revert(context, id, act.before, act.after);
      if (state === 'gone' || (state === 'before' && !isDone)) return undefined;
      await appendJournal(context, undone);
      if (state === 'other') {
        throw new SessionError('failed', `"${what}" cannot be undone: it was changed again since`, {
          hint: 'change it by hand; undo now takes the change before that',
        });
      }
      return { what, ids };
    }
  }
}

async function movedYet(context: StoreContext, steps: readonly Step[]): Promise<readonly Step[]> {
  const moved: Step[] = [];
  for (const step of steps) {
    if (await isThere(context.port, path.join(context.root, step.to))) moved.push(step);
  }
  return moved;
}

/** Puts back the fields that are as the change left them. `before`: all were as they had been; `other`: none is as it was left; `gone`: deleted. */
async function revert(
  context: StoreContext,
  id: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Promise<'reverted' | 'before' | 'other' | 'gone'> {
  let state: 'reverted' | 'before' | 'other' = 'before';
  const revise = updateRecord(context, id, (record) => {
    const fields: Record<string, unknown> = {};
    for (const [key, left] of Object.entries(after)) {
      const now = record[key] ?? null;
      if (isSame(now, left)) fields[key] = before[key] ?? undefined;
      else if (!isSame(now, before[key]) && state === 'before') state = 'other';
    }
    if (Object.keys(fields).length > 0) state = 'reverted';
    return fields;
  });
  try {
    await revise;
  } catch (error) {
    if (error instanceof SessionError && error.code === 'gone') return 'gone';
    throw error;
  }
  return state;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
