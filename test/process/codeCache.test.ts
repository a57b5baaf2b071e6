import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { makeScratchFolder } from '../support/scratchFolder.js';

const program = join(import.meta.dirname, '../../dist/cli/skein.js');

/** Runs `skein --version` with a cache folder of its own; `files` are the kept codes in it. */
function cached(t: TestContext) {
  const { folder: dir, remove } = makeScratchFolder('code-cache');
  t.after(remove);
  const env = { PATH: process.env['PATH'], HOME: dir, NODE_COMPILE_CACHE: join(dir, 'cache') };
  const run = (): string => execFileSync(process.execPath, [program, '--version'], { env, cwd: dir }).toString();
  const files = (): readonly string[] =>
    readdirSync(join(dir, 'cache'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('skein-'))
      .map((name) => join(dir, 'cache', name));
  return { run, files };
}

test('the code that a command runs is kept, and the next one runs it', (t) => {
  const { run, files } = cached(t);
  const first = run();
  const [file = ''] = files();
  const kept = readFileSync(file);
  assert.equal(run(), first);
  assert.deepEqual(files(), [file]);
  assert.ok(readFileSync(file).equals(kept), 'it was taken as it is, and not written anew');
});

test('damaged code is not run but made anew', (t) => {
  const { run, files } = cached(t);
  const version = run();
  const [file = ''] = files();
  const kept = readFileSync(file);
  for (const damaged of [
    Buffer.alloc(0),
    kept.subarray(0, kept.length >> 1),
    Buffer.from(kept).fill(0, kept.length >> 1),
    Buffer.alloc(3),
  ]) {
    writeFileSync(file, damaged);
    assert.equal(run(), version);
    assert.notDeepEqual(readFileSync(file), damaged);
  }
});

test('code that others may have written is not run', (t) => {
  const { run, files } = cached(t);
  run();
  const [file = ''] = files();
  chmodSync(file, 0o666);
  run();
  assert.equal(statSync(file).mode & 0o777, 0o600, 'a file of our own took its place');
});

test('code that no build has asked for in a month is swept', (t) => {
  const { run, files } = cached(t);
  run();
  const [file = ''] = files();
  const [old, other] = ['skein-list-1-2', 'of-node'].map((name) => join(dirname(file), name));
  const monthsAgo = new Date(Date.now() - 60 * 24 * 3_600_000);
  for (const each of [old, other]) {
    writeFileSync(each ?? '', 'code');
    utimesSync(each ?? '', monthsAgo, monthsAgo);
  }
  // Only a run that keeps code looks for what is old.
  writeFileSync(file, '');
  run();
  assert.deepEqual(
    [old, other, file].map((each) => existsSync(each ?? '')),
    [false, true, true],
  );
});
