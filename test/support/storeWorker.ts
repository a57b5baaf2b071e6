/**
 * One process of the concurrency test: updates one record and appends to one transcript, and stops or kills itself where
 * its plan says. Bundled and started by `storeStress.ts`; the plan is the first argument, as JSON.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { SessionError } from '../../src/model/errors.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { SessionWriter } from '../../src/store/sessionWriter.js';
import { storeContext, type StoreContext } from '../../src/store/storeContext.js';
import { probedPort } from './probedPort.js';
import type { WorkerPlan } from './storeStress.js';

const plan = JSON.parse(process.argv[2] ?? '') as WorkerPlan;
const { root, id, slot, journal } = plan;

/** One line in the order in which things happened, across processes: an append of a few bytes is whole. */
function note(what: string): void {
  appendFileSync(journal, `${what} ${String(process.pid)}\n`);
}

let calls = 0;
let updates = 0;
let inside = false;

const port = probedPort(nodeFilePort, {
  before(call, args) {
    if (++calls === plan.killAtCall) {
      note('kill');
      process.kill(process.pid, 'SIGKILL');
    }
    const [first, second] = args;
    if (call === 'readFile' && typeof first === 'string' && first.endsWith(`${id}.json`)) {
      inside = true;
      note('enter');
    }
    if (!inside || call !== 'rename' || typeof second !== 'string' || !second.endsWith(`${id}.json`)) return;
    if (plan.stopAtUpdate === updates) {
      note('stop');
      process.kill(process.pid, 'SIGSTOP');
    }
    if (plan.killAtUpdate === updates) {
      note('kill');
      process.kill(process.pid, 'SIGKILL');
    }
  },
  after(call, args) {
    const [, second] = args;
    if (inside && call === 'rename' && typeof second === 'string' && second.endsWith(`${id}.json`)) {
      inside = false;
      note('leave');
    }
  },
});

const real = storeContext({ root, port, actor: { program: `worker ${String(slot)}`, surface: 'test' } });
const locks: Readonly<Record<WorkerPlan['lock'], StoreContext['lock']>> = {
  skein: (path, act) => real.lock(path, act),
  none: (_path, act) => act({ assert: () => Promise.resolve() }),
  async bare(path, act) {
    const options = { lockfilePath: path, realpath: false, stale: plan.staleMs, retries: { retries: 1000, minTimeout: 5, maxTimeout: 50 } };
    const release = await lockfile.lock(path, options);
    try {
      return await act({ assert: () => Promise.resolve() });
    } finally {
      await release();
    }
  },
};
const writer = new SessionWriter({ ...real, lock: locks[plan.lock] });

/** Again when it is busy: with half a minute's pause the waiting ends before the pause does. */
async function until(act: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (!(error instanceof SessionError) || error.code !== 'busy') throw error;
      await delay(10);
    }
  }
}

const key = `slot_${String(slot)}`;
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

for (let turn = 0; turn < Math.max(plan.updates, plan.appends); turn++) {
  if (turn < plan.updates) {
    updates++;
    await until(() =>
      writer.update(id, ({ metadata }) => ({
        metadata: { ...metadata, [key]: count(metadata[key]) + 1, sum: count(metadata['sum']) + 1 },
      })),
    );
    note(`updated ${String(slot)}`);
  }
  if (turn < plan.appends) {
    const entry = `entry-${String(slot)}-${String(process.pid)}-${String(turn)}`;
    const content = [{ type: 'text' as const, text: `${entry} ${'x'.repeat(turn)}` }];
    await until(() =>
      writer.append(id, [{ type: 'message', id: entry, timestamp: new Date().toISOString(), message: { role: 'user', content } }]),
    );
    note(`appended ${entry}`);
  }
}
