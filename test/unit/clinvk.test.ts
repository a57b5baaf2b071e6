import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { clinvkSource } from '../../src/sources/clinvk/clinvk.js';
import { findFlock } from '../../src/sources/clinvk/flock.js';
import { SessionError } from '../../src/model/errors.js';
import { sessionRowSchema } from '../../src/model/row.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { checkExpected } from '../support/sourceCheck.js';
import { until } from '../support/until.js';

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures', name, '.clinvk');
const env = (home: string): Record<string, string | undefined> => ({ HOME: home, PATH: process.env['PATH'] });

/** Runs with a scratch home that holds a copy of a fixture's store. */
async function withStore(name: string, run: (home: string, sessions: string) => Promise<void>): Promise<void> {
  await withScratchFolder('clinvk', async (home) => {
    await cp(fixture(name), join(home, '.clinvk'), { recursive: true });
    await run(home, join(home, '.clinvk', 'sessions'));
  });
}

const bug = 'a5153eae4e1b885bc92a55eebacd0628';

describe('the clinvk store', () => {
  for (const name of ['clinvk', 'clinvk-corrupt']) {
    test(`${name}: every session is as read by hand, and nothing is left behind`, async () => {
      await withStore(name, async (home) => {
        await checkExpected(clinvkSource({ env: env(home) }), join(fixture(name), '../expected.json'), home, false);
      });
    });
  }

  test('lists every session, though its index knows one', async () => {
    await withStore('clinvk', async (home, sessions) => {
      const index = JSON.parse(await readFile(join(sessions, 'index.json'), 'utf8')) as { index: object };
      assert.equal(Object.keys(index.index).length, 1);
      const { rows, problems } = await clinvkSource({ env: env(home) }).list();
      assert.equal(rows.length, 11);
      assert.deepEqual(problems, []);
      for (const row of rows) sessionRowSchema.parse(row);
      const row = rows.find(({ id }) => id === `clinvk:${bug}`);
      assert.equal(row?.backend_session_id, '5f0c2a0e-0000-4000-8000-000000000001');
      assert.deepEqual(row?.token_usage, { input: 1234, output: 5678, cached: 500, reasoning: 0, total: 6912 });
      assert.equal(row?.cost_usd, null);
      assert.equal(row?.workdir, '/projects/myapp');
      assert.equal(row?.last_used, '2026-11-21T11:15:22.417Z');
      const child = rows.find(({ id }) => id === 'clinvk:2488772089c950a31cb54ba4d3174b90');
      assert.equal(child?.parent_id, `clinvk:${bug}`);
      const chinese = rows.find(({ id }) => id === 'clinvk:39c89327f38d4a34197f0b03d15aa250');
      assert.equal(chinese?.title, '算法解释 — naïve Ω');
      assert.equal(chinese?.prompt, '解释这个算法 🎉 <b>&amp;</b> \u2028 end');
    });
  });

  test('reads the documented shape as well', async () => {
    await withScratchFolder('clinvk', async (home) => {
      const sessions = join(home, '.clinvk/sessions');
      await mkdir(sessions, { recursive: true });
      const id = 'b'.repeat(32);
      await writeFile(
        join(sessions, `${id}.json`),
        JSON.stringify({
          id,
          backend: 'claude',
          created_at: '2026-01-27T10:00:00Z',
          last_used_at: '2026-01-27T11:30:00+02:00',
          workdir: '/projects/x',
          prompt: 'fix it',
          token_usage: { input: 10, output: 5, cached: 1, total: 15 },
          metadata: { exit_code: 0 },
        }),
      );
      const [row] = (await clinvkSource({ env: env(home) }).list()).rows;
      assert.equal(row?.last_used, '2026-01-27T09:30:00.000Z');
      assert.equal(row?.workdir, '/projects/x');
      assert.equal(row?.tokens, 15);
      assert.deepEqual(row?.metadata, { exit_code: 0 });
    });
  });

  test('shows each damaged file, and lets none hide another', async () => {
    await withStore('clinvk-corrupt', async (home) => {
      const { rows, problems } = await clinvkSource({ env: env(home) }).list();
      const details = new Map(rows.map((row) => [row.id.slice('clinvk:'.length).replace(/^0+/, ''), row.problem?.detail]));
      assert.equal(details.get('1'), 'the file is not whole JSON');
      assert.equal(details.get('2'), 'the file is empty');
      assert.match(details.get('3') ?? '', /expected object/);
      assert.match(details.get('4') ?? '', /created_at/);
      assert.match(details.get('mismatched-name') ?? '', /says it is f{32}/);
      assert.equal(details.get('a'.repeat(16)), undefined);
      assert.ok(details.has('a'.repeat(16)));
      assert.equal(problems.length, 5);
      for (const row of rows) sessionRowSchema.parse(row);
    });
  });

  test('a change keeps every character of what it does not know, escapes as Go does, and removes the index', async () => {
    await withStore('clinvk', async (home, sessions) => {
      const file = join(sessions, `${bug}.json`);
      const foreign = '"x_foreign": [9007199254740993, 1.50, { "deep":"\\u2028" }],';
      const before = (await readFile(file, 'utf8')).replace('{', `{\n  ${foreign}`);
      await writeFile(file, before);
      const source = clinvkSource({ env: env(home) });
      await source.rename?.(bug, 'a <b> & \u2028');
      await source.tag?.(bug, ['x', 'y']);
      const text = await readFile(file, 'utf8');
      const title = '"title": "a \\u003cb\\u003e \\u0026 \\u2028"';
      const tags = '"tags": [\n    "x",\n    "y"\n  ]';
      assert.deepEqual(
        text,
        before.replace(/\n}$/, () => `,\n  ${title}\n}`).replace(/"tags": \[[^\]]*\]/, () => tags),
      );
      assert.ok(text.includes(title) && text.includes(tags) && text.includes(foreign));
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const names = await readdir(sessions);
      assert.ok(!names.includes('index.json'));
      assert.deepEqual(
        names.filter((name) => name.startsWith('.')),
        [],
      );
    });
  });

  test('a change adds what a record does not have', async () => {
    await withStore('clinvk', async (home, sessions) => {
      const file = join(sessions, `${'b'.repeat(32)}.json`);
      await writeFile(file, '{"backend":"claude","created_at":"2026-01-27T10:00:00Z","metadata":{"title":"not it"}}');
      await clinvkSource({ env: env(home) }).rename?.('b'.repeat(32), 'new');
      assert.equal(
        await readFile(file, 'utf8'),
        '{"backend":"claude","created_at":"2026-01-27T10:00:00Z","metadata":{"title":"not it"},\n  "title": "new"\n}',
      );
    });
  });

  test('a delete keeps a copy that puts everything back', async () => {
    await withStore('clinvk', async (home, sessions) => {
      const artifacts = join(sessions, bug);
      await mkdir(artifacts);
      await writeFile(join(artifacts, 'note.txt'), 'kept');
      const before = await readFile(join(sessions, `${bug}.json`));
      const source = clinvkSource({ env: env(home) });
      const removed = await source.removal?.remove(bug, join(home, 'kept'));
      assert.equal(removed?.kept.length, 2);
      const names = await readdir(sessions);
      assert.ok(!names.some((name) => name.startsWith(bug)));
      assert.ok(!names.includes('index.json'));
      await source.removal?.restore(removed?.kept ?? []);
      assert.deepEqual(await readFile(join(sessions, `${bug}.json`)), before);
      assert.equal(await readFile(join(artifacts, 'note.txt'), 'utf8'), 'kept');
    });
  });

  test('a session that clinvk uses right now is not written', async () => {
    await withStore('clinvk', async (home, sessions) => {
      const used = Date.parse('2026-11-21T11:15:22.417Z');
      const source = clinvkSource({ env: env(home), now: () => used + 5_000 });
      const before = await readFile(join(sessions, `${bug}.json`));
      await assert.rejects(
        async () => source.rename?.(bug, 'x'),
        (error) => error instanceof SessionError && error.code === 'busy',
      );
      assert.deepEqual(await readFile(join(sessions, `${bug}.json`)), before);
    });
  });

  test('is read-only, and says why, where no flock can be had', async () => {
    await withStore('clinvk', async (home) => {
      for (const source of [
        clinvkSource({ env: { HOME: home, PATH: '/nowhere' }, platform: 'linux' }),
        clinvkSource({ env: env(home), platform: 'win32' }),
      ]) {
        assert.equal(source.rename, undefined);
        assert.equal(source.removal, undefined);
        assert.match((await source.info()).readOnly ?? '', /flock|Windows/);
        assert.equal((await source.list()).rows.length, 11);
      }
    });
  });

  test('an id never reaches outside the store', async () => {
    await withStore('clinvk', async (home) => {
      const source = clinvkSource({ env: env(home) });
      for (const id of ['../config', '..', 'a/b', '', '.tmp-1']) {
        await assert.rejects(
          () => source.read(id),
          (error) => error instanceof SessionError && error.code === 'not_found',
        );
      }
    });
  });

  test('waits for another holder of the lock', async () => {
    await withStore('clinvk', async (home, sessions) => {
      const lock = join(sessions, 'store.lock');
      const other = spawn('flock', ['-x', lock, '-c', 'echo held; read line'], { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(other.stdout, 'data');
      let done = false;
      const renamed = clinvkSource({ env: env(home) })
        .rename?.(bug, 'waited')
        .then(() => (done = true));
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(done, false);
      other.stdin.end('\n');
      await once(other, 'close');
      await renamed;
      assert.equal((JSON.parse(await readFile(join(sessions, `${bug}.json`), 'utf8')) as { title: string }).title, 'waited');
      // The other program made the lock file, so it stays.
      await stat(lock);
    });
  });

  test('its lock stays the one that others wait for', async () => {
    await withScratchFolder('clinvk', async (folder) => {
      const lock = join(folder, 'store.lock');
      const flock = findFlock(process.env);
      assert.ok('with' in flock);
      const other = await flock.with(lock, async () => {
        const waiting = spawn('flock', ['-x', lock, '-c', 'echo held; read line'], { stdio: ['pipe', 'pipe', 'inherit'] });
        await until('it has the file open', () => isOpenIn(waiting.pid, lock));
        return waiting;
      });
      await once(other.stdout, 'data');
      let isHeld = false;
      const taken = flock.with(lock, async () => Promise.resolve((isHeld = true)));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const wasHeldTwice = isHeld;
      other.stdin.end('\n');
      await once(other, 'close');
      await taken;
      assert.equal(wasHeldTwice, false);
    });
  });

  test('calls back when a session changes', async () => {
    await withStore('clinvk', async (home, sessions) => {
      const source = clinvkSource({ env: env(home) });
      let stop: () => void = () => undefined;
      const changed = new Promise<void>((resolve) => {
        stop = source.watch(resolve);
      });
      await writeFile(join(sessions, `${'c'.repeat(32)}.json`), '{}');
      await changed;
      stop();
    });
  });
});

/** As flock(1) has the file that it waits for. Linux alone can tell. */
async function isOpenIn(pid: number | undefined, path: string): Promise<boolean> {
  const folder = `/proc/${String(pid)}/fd`;
  const files = await Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => '')));
  return files.includes(path);
}
