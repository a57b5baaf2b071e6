import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as breathe } from 'node:timers/promises';
import { openclackySource } from '../../src/sources/openclacky/openclacky.js';
import { withScratchFolder } from '../support/scratchFolder.js';

describe('a session of openclacky that is removed', () => {
  test('stays when it is written to while it is copied, and no copy of it is left', async () => {
    await withScratchFolder('openclacky', async (home) => {
      await cp(join(import.meta.dirname, '../fixtures/openclacky-1.5/.clacky'), join(home, '.clacky'), { recursive: true });
      const id = '0123456789abcdef';
      const path = join(home, '.clacky/sessions/2026-08-10-09-00-00-01234567.json');
      // Copied last, and slowly: time enough for another program to write.
      const snapshot = join(home, '.clacky/snapshots', id);
      await mkdir(snapshot, { recursive: true });
      for (let file = 0; file < 400; file++) await writeFile(join(snapshot, `${file}.txt`), 'as it was');
      const keepIn = join(home, 'kept');
      const removing = openclackySource({ env: { HOME: home } }).removal!.remove(id, keepIn);
      let isOver = false;
      const over = removing.then(
        () => (isOver = true),
        () => (isOver = true),
      );
      while (!isOver && !existsSync(join(keepIn, 'snapshots', id))) await breathe();
      await appendFile(path, '\n');
      const before = await readFile(path);
      await over;
      await assert.rejects(removing, { code: 'busy' });
      assert.deepEqual(await readFile(path), before);
      assert.equal((await readdir(snapshot)).length, 401);
      const copies = await readdir(keepIn, { recursive: true, withFileTypes: true });
      assert.deepEqual(
        copies.filter((entry) => entry.isFile()),
        [],
      );
    });
  });
});
