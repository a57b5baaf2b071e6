import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { CrashOrder, FaultOutcome } from '../support/crashWorker.js';
import { faults } from '../support/faults.js';
import type { PortCall } from '../support/probedPort.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { message } from '../support/scratchStore.js';
import { copyStore, describeStore, makeTemplate, open, operations } from '../support/storeOperations.js';
import { bundleWorker } from '../support/workerBundle.js';

const { folder, remove } = makeScratchFolder('crash');
const template = path.join(folder, 'template');
let worker: string;

before(async () => {
  worker = await bundleWorker('crashWorker', folder);
  await makeTemplate(template);
});
after(remove);

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

function run(order: CrashOrder): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // Hundreds of times the same program: compiled once.
    const env = { ...process.env, NODE_COMPILE_CACHE: path.join(folder, 'compiled') };
    execFile(process.execPath, [worker, JSON.stringify(order)], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      if (code === 0 || code === 9) resolve({ code, stdout });
      else reject(new Error(`the worker failed: ${stderr}`));
    });
  });
}

interface Whole {
  /** The store before and after the operation. */
  readonly states: readonly [string, string];
  /** The calls of the file port that it takes. */
  readonly calls: readonly PortCall[];
}

const wholes = new Map<string, Promise<Whole>>();

/** The operation when nothing goes wrong. */
function whole(operation: string): Promise<Whole> {
  const known = wholes.get(operation) ?? runWhole(operation);
  wholes.set(operation, known);
  return known;
}

async function runWhole(operation: string): Promise<Whole> {
  const home = path.join(folder, `${operation} whole`);
  mkdirSync(home);
  const root = copyStore(template, home);
  const old = await describeStore(root);
  const { stdout } = await run({ do: 'crash', operation, root, atCall: 0, torn: false });
  return { states: [old, await describeStore(root)], calls: JSON.parse(stdout) as readonly PortCall[] };
}

/** What a crash may leave without harm: a line that was not acknowledged, a lock that the next writer takes over. */
const harmless = ['torn', 'dead_lock'];

/** A store that opens clean: one of the states, nothing that doctor would mend, and open to the next change. */
async function assertClean(root: string, states: readonly string[], what: string): Promise<void> {
  const state = await describeStore(root);
  assert.ok(states.includes(state), `${what} leaves neither the old nor the new state:\n${state}\ninstead of\n${states.join('\nor\n')}`);
  const findings = (await open(root).doctor()).filter(({ kind }) => !harmless.includes(kind));
  assert.deepEqual(findings, [], what);
  for (const row of await open(root).list()) await open(root).update(row.id, ({ title }) => ({ title: `${title} again` }));
}

describe('a crash at every call of the file port leaves the old or the new state', () => {
  for (const operation of Object.keys(operations)) {
    test(operation, async (t) => {
      const { states, calls } = await whole(operation);
      const tries = calls.flatMap((call, index) =>
        (call === 'write' ? [false, true] : [false]).map((torn) => ({ atCall: index + 1, torn })),
      );
      const seen = new Set<string>();
      const next = async (): Promise<void> => {
        for (let one = tries.shift(); one !== undefined; one = tries.shift()) {
          const home = path.join(folder, `${operation} ${String(one.atCall)}${one.torn ? ' torn' : ''}`);
          mkdirSync(home);
          const root = copyStore(template, home);
          const { code } = await run({ do: 'crash', operation, root, ...one });
          assert.equal(code, 9);
          seen.add(await describeStore(root));
          await assertClean(root, states, `a crash of ${operation} at call ${String(one.atCall)}`);
          rmSync(home, { recursive: true });
        }
      };
      await Promise.all([next(), next()]);
      t.diagnostic(`${String(calls.length)} calls`);
      assert.deepEqual(seen, new Set(states), 'crashes came before the change and after it');
    });
  }
});

for (const [fault, { codes }] of Object.entries(faults).map(([name, make]) => [name, make('')] as const)) {
  describe(`${fault}, from every call on, gives one clear error and loses nothing`, () => {
    // Where no store is, a new session makes one: that its folder has vanished is no error then.
    const tried = Object.keys(operations).filter((operation) => !codes.includes('gone') || !['create', 'fork'].includes(operation));
    for (const operation of tried) {
      test(operation, async () => {
        const home = path.join(folder, `${operation} ${fault}`);
        mkdirSync(home);
        const { states } = await whole(operation);
        const { stdout } = await run({ do: 'fault', operation, fault, template, folder: home });
        const outcomes = JSON.parse(stdout) as readonly FaultOutcome[];
        for (const { root, struckAt, error } of outcomes) {
          const what = `${fault} at ${struckAt} during ${operation}`;
          if (error === undefined) assert.equal(await describeStore(root), states[1], `${what}: acknowledged, and not there`);
          else assert.ok(codes.includes(error.code as never), `${what} says ${error.code}: ${error.message}`);
          await assertClean(root, states, what);
        }
        assert.ok(outcomes.some(({ error }) => error !== undefined));
        rmSync(home, { recursive: true });
      });
    }
  });
}

test('a limit on the size of files gives one clear error and loses nothing', async () => {
  const home = path.join(folder, 'limited');
  mkdirSync(home);
  const root = copyStore(template, home);
  // The transcript may grow to 64 kB (or 32, by the shell's unit), and is filled up to that.
  const script = 'ulimit -f 64; exec "$0" "$@"';
  const order: CrashOrder = { do: 'once', operation: 'append', root };
  const limited = async (): Promise<{ readonly code: string; readonly message: string } | null> => {
    // Node's own cache of compiled code would meet the limit too.
    const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
    const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, worker, JSON.stringify(order)], { env });
    return JSON.parse(stdout) as { code: string; message: string } | null;
  };
  let acknowledged = 0;
  let error: Awaited<ReturnType<typeof limited>> = null;
  for (; error === null && acknowledged < 40; acknowledged += error === null ? 1 : 0) error = await limited();
  assert.equal(error?.code, 'disk_full');
  assert.match(error?.message ?? '', /the file may not grow any further/);
  const { entries, skipped } = await open(root).entries('a'.repeat(32));
  const before = (await open(template).entries('a'.repeat(32))).entries.length;
  // Every try writes the same three entries, which readers take once.
  assert.equal(entries.length, before + 3);
  assert.ok(skipped.length <= 1, 'at most the line that did not fit is torn');
  await open(root).append('a'.repeat(32), [message('after')]);
  assert.equal((await open(root).entries('a'.repeat(32))).entries.at(-1)?.id, 'after');
  assert.ok(acknowledged > 1);
});
