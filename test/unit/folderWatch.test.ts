import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { test, type TestContext } from 'node:test';
import { watchFolder } from '../../src/sources/folderWatch.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { until } from '../support/until.js';

function watched(t: TestContext): { readonly folder: string; readonly calls: () => number } {
  const { folder: root, remove } = makeScratchFolder('watch');
  const folder = path.join(root, 'sessions');
  let calls = 0;
  const stop = watchFolder(folder, () => calls++);
  t.after(() => {
    stop();
    remove();
  });
  return { folder, calls: () => calls };
}

test('a folder is watched before it is there, while it is, and after it was made anew', async (t) => {
  const { folder, calls } = watched(t);
  for (let round = 0; round < 2; round++) {
    let before = calls();
    mkdirSync(folder);
    await until('its coming is told', () => calls() > before);
    before = calls();
    writeFileSync(path.join(folder, 'a.json'), '{}');
    await until('a change is told', () => calls() > before);
    before = calls();
    rmSync(folder, { recursive: true });
    await until('its going is told', () => calls() > before);
  }
});

test('a folder that is not there is no news', async (t) => {
  const { calls } = watched(t);
  // Longer than it takes to look twice.
  await new Promise((resolve) => setTimeout(resolve, 4500));
  assert.equal(calls(), 0);
});
