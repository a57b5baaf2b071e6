import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runStress } from '../support/storeStress.js';
import { makeScratchFolder, type ScratchFolder } from '../support/scratchFolder.js';

// SKEIN_STRESS=full stops for half a minute, longer than the 30 s that others wait.
const full = process.env['SKEIN_STRESS'] === 'full';
const bareStaleMs = full ? 10_000 : 2_000;
const pauseMs = full ? 32_000 : 3_000;

const scratch: ScratchFolder[] = [];
const folder = (): string => {
  const made = makeScratchFolder('stress');
  scratch.push(made);
  return made.folder;
};
after(() => {
  for (const made of scratch) made.remove();
});

const outsider = fileURLToPath(new URL('outsider.mjs', import.meta.url));

test('16 processes and an outsider lose nothing while some are killed and some are stopped between reading and renaming', async (t) => {
  const workers = Array.from({ length: 16 }, (_, slot) => {
    if (slot < 3) return { stopAtUpdate: 30 + 50 * slot };
    if (slot < 7) return { killAtUpdate: 20 + 30 * (slot - 3) };
    if (slot < 11) return { killAtCall: 500 + Math.floor(Math.random() * 3000) };
    return {};
  });
  const result = await runStress({
    folder: folder(),
    lock: 'skein',
    updates: 200,
    appends: 200,
    pauseMs,
    workers,
    outsiders: [outsider],
    stumble: true,
  });
  t.diagnostic(JSON.stringify({ ...result, lost: result.lost.length }));
  assert.deepEqual(result.crashes, []);
  assert.deepEqual(result.lost, []);
  assert.deepEqual(result.overlaps, []);
  assert.deepEqual(result.unreadable, []);
  assert.equal(result.stops, 3);
  assert.equal(result.kills, 8);
  // Whoever was killed between its write and its word does that write again.
  assert.ok(result.updates >= 17 * 200 && result.appends >= 17 * 200, 'all the work was done');
  assert.ok(result.reads > 100, 'the files were read along');
});

test('the same run on bare proper-lockfile is caught losing writes', async () => {
  const workers = [{ stopAtUpdate: 10 }, { stopAtUpdate: 20 }, {}, {}, {}, {}];
  const result = await runStress({
    folder: folder(),
    lock: 'bare',
    staleMs: bareStaleMs,
    updates: 60,
    appends: 20,
    pauseMs: pauseMs + 1000,
    workers,
  });
  assert.notDeepEqual(result.overlaps, []);
  assert.notDeepEqual(result.lost, []);
});

test('the same run without a lock is caught losing writes', async () => {
  const result = await runStress({
    folder: folder(),
    lock: 'none',
    updates: 40,
    appends: 20,
    pauseMs: 500,
    workers: [{ stopAtUpdate: 10 }, {}, {}, {}],
  });
  assert.notDeepEqual(result.overlaps, []);
  assert.notDeepEqual(result.lost, []);
});
