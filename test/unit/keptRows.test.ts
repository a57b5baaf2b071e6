import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate as tick, setTimeout as delay } from 'node:timers/promises';
import { FileRows } from '../../src/sources/fileRows.js';
import { KeptRows } from '../../src/sources/keptRows.js';
import { openSources } from '../../src/sources/sourceList.js';
import { withScratchFolder } from '../support/scratchFolder.js';

const count = 40;
const longAgo = new Date(Date.now() - 3_600_000);

/** Files of before, and a reader as a process of its own has it, with the paths that it really read. */
function rowsOf(folder: string): {
  readonly paths: string[];
  readonly open: () => { readonly get: (paths: readonly string[]) => ReturnType<FileRows<File, unknown>['get']>; readonly read: string[] };
} {
  const paths = Array.from({ length: count }, (_, n) => path.join(folder, `${String(n)}.txt`));
  for (const file of paths) write(file, path.basename(file));
  const open = () => {
    const read: string[] = [];
    const kept = new KeptRows<unknown>(path.join(folder, 'cache/sources'), 'some');
    const rows = new FileRows<File, unknown>(
      ({ path: file, fd }) => {
        read.push(file);
        const text = fs.readFileSync(fd, 'utf8');
        return text === 'nothing' ? undefined : { text };
      },
      { kept },
    );
    return { get: (asked: readonly string[]) => rows.get(asked.map((file) => ({ path: file }))), read };
  };
  return { paths, open };
}

interface File {
  readonly path: string;
}

/** How many rows are kept, once they are: that is done when a list has been given. */
async function keptIn(file: string): Promise<number> {
  while (!fs.existsSync(file)) await delay(10);
  return fs.readFileSync(file, 'utf8').split('\n').length - 1;
}

/** The time of the file's state is when it was written: only one that is set back is old enough to be kept. */
function write(file: string, text: string, time = longAgo): void {
  fs.writeFileSync(file, text);
  fs.utimesSync(file, time, time);
}

/** `ctime` cannot be set: what was just made is only kept when the clock has gone on. */
function later(t: TestContext): void {
  const now = Date.now();
  t.mock.method(Date, 'now', () => now + 60_000);
}

describe('rows that are kept', () => {
  test('are taken by the next process, but for the files that changed since', (t) =>
    withScratchFolder('kept', async (folder) => {
      const { paths, open } = rowsOf(folder);
      write(paths[3] ?? '', 'nothing');
      later(t);
      const first = open();
      const { found } = await first.get(paths);
      assert.equal(first.read.length, count);
      await keptIn(path.join(folder, 'cache/sources/some.json'));

      write(paths[7] ?? '', 'something else');
      const second = open();
      const again = await second.get(paths.slice(1));
      assert.deepEqual(second.read, [paths[7]]);
      assert.deepEqual(
        again.found.map(({ value }) => value),
        found.slice(1).map(({ file, value }) => (file.path === paths[7] ? { text: 'something else' } : value)),
      );
      assert.equal(again.found[2]?.value, undefined);
    }));

  test('are kept at once by a process that has nothing else to do', (t) =>
    withScratchFolder('kept', async (folder) => {
      const { paths, open } = rowsOf(folder);
      later(t);
      // The delay never ends.
      t.mock.timers.enable({ apis: ['setTimeout'] });
      await open().get(paths);
      const file = path.join(folder, 'cache/sources/some.json');
      assert.ok(!fs.existsSync(file), 'the list does not wait for it');
      process.emit('beforeExit', 0);
      while (!fs.existsSync(file)) await tick();
      assert.equal(await keptIn(file), count);
    }));

  test('are not those of files that may change again within the same tick', () =>
    withScratchFolder('kept', async (folder) => {
      const { paths, open } = rowsOf(folder);
      await open().get(paths);
      const next = open();
      await next.get(paths);
      assert.equal(next.read.length, count);
    }));

  for (const [what, content] of [
    ['cut off', '{"format":2}\n["'],
    ['of another version', '{"format":1,"rows":[]}'],
    ['of another shape', '{"format":2}\n{"path":"x"}'],
    ['empty', ''],
  ] as const) {
    test(`are made anew when their file is ${what}`, (t) =>
      withScratchFolder('kept', async (folder) => {
        const { paths, open } = rowsOf(folder);
        later(t);
        await open().get(paths);
        await keptIn(path.join(folder, 'cache/sources/some.json'));
        fs.writeFileSync(path.join(folder, 'cache/sources/some.json'), content);
        const next = open();
        const { found, problems } = await next.get(paths);
        assert.deepEqual([next.read.length, found.length, problems.length], [count, count, 0]);
      }));
  }

  test('are not needed: a list is whole where nothing can be kept', (t) =>
    withScratchFolder('kept', async (folder) => {
      const { paths, open } = rowsOf(folder);
      later(t);
      fs.writeFileSync(path.join(folder, 'cache'), 'a file is in the way');
      const { found, problems } = await open().get(paths);
      assert.deepEqual([found.length, problems.length], [count, 0]);
    }));

  for (const name of ['claude', 'codex']) {
    test(`of ${name} are the rows that it would make anew`, (t) =>
      withScratchFolder('kept', async (folder) => {
        const home = path.join(folder, 'home');
        fs.cpSync(path.join(import.meta.dirname, '../fixtures', name), home, { recursive: true });
        copies(home, name);
        later(t);
        const cache = path.join(folder, 'cache');
        const list = async (options: { readonly cache?: string }) =>
          openSources({ env: { HOME: home }, ...options })
            .find((source) => source.name === name)
            ?.list();
        const made = await list({ cache });
        assert.ok((await keptIn(path.join(cache, `${name}.json`))) >= 20);
        assert.deepEqual(await list({ cache }), made);
        assert.deepEqual(await list({}), made);
      }));
  }
});

/** More of the fixture's sessions, so that keeping them pays. */
function copies(home: string, name: string): void {
  const files = fs.readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.jsonl'));
  const [file = ''] = files.filter((each) => name === 'claude' || path.basename(each).startsWith('rollout-'));
  for (let n = 0; n < 30; n++) {
    const id = `${String(n).padStart(8, '0')}-1111-4222-8333-444444444444`;
    const copy = file.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, id);
    fs.copyFileSync(path.join(home, file), path.join(home, copy));
  }
}
