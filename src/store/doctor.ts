import { messageOf } from '../model/errors.js';
import type { Finding } from '../model/report.js';
import { examineBlobs } from './doctorBlobs.js';
import { examineLitter } from './doctorLitter.js';
import { examineSessions } from './doctorSessions.js';
import { examineStore } from './doctorStore.js';
import type { Examined } from './examined.js';
import { isThere, withFileErrors } from './fileError.js';
import { appendJournal, journalChange, markOf, type FieldsChange } from './journal.js';
import { runSteps } from './pendingSteps.js';
import { updateRecord } from './recordUpdate.js';
import type { Step } from './step.js';
import type { StoreContext } from './storeContext.js';

/**
 * Looks at everything in a store and tells what is wrong with it. With `fix` it mends what can be mended as one change that
 * undo takes back: nothing is removed, what is in the way goes to `salvage/`. Resolves with what it found before that.
 */
export async function runDoctor(context: StoreContext, fix: boolean): Promise<readonly Finding[]> {
  return withFileErrors(context.root, async () => {
    if (!(await isThere(context.port, context.root))) return [];
    const store = await examineStore(context);
    // What is wrong with the store as a whole can make the rest unreadable: it is all there is to tell then.
    const rest = store.readable
      ? [...(await examineSessions(context)), ...(await examineLitter(context)), ...(await examineBlobs(context))]
      : [];
    const all = [...store.found, ...rest];
    if (fix) await mend(context, all);
    return all.map(({ finding }) => finding);
  });
}

async function mend(context: StoreContext, all: readonly Examined[]): Promise<void> {
  const aside = `salvage/${String(context.now().getTime())}`;
  const [steps, updates]: [Step[], FieldsChange[]] = [[], []];
  let mended = 0;
  for (const { finding, repair } of all) {
    try {
      if (repair?.kind === 'act') await repair.run();
      if (repair?.kind !== 'change') continue;
      const change = await repair.prepare(`${aside}/${String(mended)}`);
      // Two findings may want one file out of the way.
      const files = new Set(steps.map(({ from }) => from));
      steps.push(...(change.steps ?? []).filter(({ from }) => !files.has(from)));
      updates.push(...(change.updates ?? []));
      mended++;
    } catch (error) {
      // One that cannot be mended must not keep the others from it; the next look shows it again.
      context.logger.warn(`${finding.path}: ${messageOf(error)}`);
    }
  }
  if (mended > 0) await carryOut(context, mended === 1 ? 'Mended one thing' : `Mended ${String(mended)} things`, steps, updates);
}

async function carryOut(context: StoreContext, what: string, steps: readonly Step[], updates: readonly FieldsChange[]): Promise<void> {
  const ids = [...new Set([...steps, ...updates].map(({ id }) => id))].filter((id) => id !== '');
  const change = await journalChange(context, { what, ids, act: { kind: 'move', steps: [...steps], updates: [...updates] } });
  if (steps.length > 0) await runSteps(context, change.id, steps);
  for (const { id, after } of updates) {
    await updateRecord(context, id, () => after).catch((error: unknown) => {
      context.logger.warn(`session ${id}: ${messageOf(error)}`);
    });
  }
  await appendJournal(context, markOf(context, change, 'done'));
}
