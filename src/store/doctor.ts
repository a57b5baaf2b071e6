import { messageOf } from '../model/errors.js';
import type { Finding } from '../model/report.js';
import { examineLitter } from './doctorLitter.js';
import { examineSessions } from './doctorSessions.js';
import { examineStore } from './doctorStore.js';
import type { Examined } from './examined.js';
import { isThere, withFileErrors } from './fileError.js';
import { journalChange, markOf } from './journal.js';
import { runSteps } from './pendingSteps.js';
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
    const rest = store.readable ? [...(await examineSessions(context)), ...(await examineLitter(context))] : [];
    const all = [...store.found, ...rest];
    if (fix) await mend(context, all);
    return all.map(({ finding }) => finding);
  });
}

async function mend(context: StoreContext, all: readonly Examined[]): Promise<void> {
  const aside = `salvage/${String(context.now().getTime())}`;
  const steps: Step[] = [];
  const ids = new Set<string>();
  let mended = 0;
  for (const { finding, repair } of all) {
    try {
      if (repair?.kind === 'act') await repair.run();
      if (repair?.kind !== 'move') continue;
      const prepared = await repair.prepare(`${aside}/${String(mended)}`);
      steps.push(...prepared);
      for (const { id } of prepared) if (id !== '') ids.add(id);
      mended++;
    } catch (error) {
      // One that cannot be mended must not keep the others from it; the next look shows it again.
      context.logger.warn(`${finding.path}: ${messageOf(error)}`);
    }
  }
  if (steps.length === 0) return;
  const what = mended === 1 ? 'Mended one thing' : `Mended ${String(mended)} things`;
  const change = await journalChange(context, { what, ids: [...ids], act: { kind: 'move', steps } });
  await runSteps(context, change.id, steps, markOf(context, change, 'done'));
}
