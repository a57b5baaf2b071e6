import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as breathe } from 'node:timers/promises';
import { ReadAhead } from '../../src/sources/readAhead.js';
import { openFiles } from '../support/openFiles.js';
import { withScratchFolder } from '../support/scratchFolder.js';

const ends = { head: 4096, tail: 4096 };

/** Reads batches as a list does, and gives what was asked of each: the batch itself, or the one behind it. */
async function batchesAsked(ahead: ReadAhead, batches: readonly (readonly string[])[]): Promise<readonly string[]> {
  const asked: string[] = [];
  for (const [index, batch] of batches.entries()) {
    await ahead.turn(
      () => (asked.push(`${String(index)} itself`), batch),
      () => (asked.push(`${String(index)} next`), batches[index + 1] ?? []),
    );
  }
  return asked;
}

describe('reading ahead', () => {
  test('is left alone while reading does not wait', async () => {
    const ahead = new ReadAhead(ends);
    ahead.watch(() => undefined);
    assert.deepEqual(await batchesAsked(ahead, [['a'], ['b']]), []);
  });

  test('begins once reading has waited, and stays a batch ahead', async () => {
    const ahead = new ReadAhead(ends);
    // What waits here is this thread, as it does for a disk.
    ahead.watch(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100));
    assert.deepEqual(await batchesAsked(ahead, [['a'], ['b'], ['c']]), ['0 itself', '0 next', '1 next', '2 next']);
  });

  test('opens nothing but plain files, reads any size, and leaves none open', { skip: process.platform === 'win32' }, () =>
    withScratchFolder('readAhead', async (folder) => {
      const made = (name: string, bytes: number): string => {
        writeFileSync(join(folder, name), Buffer.alloc(bytes));
        return join(folder, name);
      };
      const files = [made('empty', 0), made('short', 10), made('overlapping', 6000), made('long', 1_000_000)];
      const [pipe, link, inside] = ['pipe', 'link', 'folder'].map((name) => join(folder, name));
      // Opening a pipe that nobody writes to would wait for ever.
      execFileSync('mkfifo', [pipe ?? '']);
      symlinkSync(files[3] ?? '', link ?? '');
      mkdirSync(inside ?? '');
      const before = openFiles();
      const all = [...files, pipe ?? '', link ?? '', inside ?? '', join(folder, 'gone')];
      assert.deepEqual(await batchesAsked(new ReadAhead(ends, true), [all, all]), ['0 itself', '0 next', '1 next']);
      await breathe();
      assert.equal(openFiles(), before);
    }),
  );
});
