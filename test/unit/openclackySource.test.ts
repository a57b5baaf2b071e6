import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { appendFile, cp, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { entrySchema } from '../../src/model/entry.js';
import { sessionRowSchema } from '../../src/model/row.js';
import { openclackySource } from '../../src/sources/openclacky/openclacky.js';
import { entryOutline } from '../support/entryOutline.js';
import { folderState } from '../support/folderState.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { checkExpected } from '../support/sourceCheck.js';

const fixtures = join(import.meta.dirname, '../fixtures');

/** Runs with a scratch home that holds a copy of a fixture's store. */
async function withStore(name: string, run: (home: string) => Promise<void>): Promise<void> {
  await withScratchFolder('openclacky', async (home) => {
    await cp(join(fixtures, name, '.clacky'), join(home, '.clacky'), { recursive: true });
    await run(home);
  });
}

describe('the openclacky store', () => {
  for (const store of ['openclacky', 'openclacky-1.5']) {
    test(`${store}: rows and transcripts are as read by hand, and nothing is left behind`, async () => {
      await withStore(store, async (home) => {
        const source = openclackySource({ env: { HOME: home } });
        const { rows } = await checkExpected(source, join(fixtures, store, 'expected.json'), home);
        for (const { id, backend, backend_session_id: own, problem } of rows)
          assert.deepEqual([backend, own, problem], ['openclacky', id.slice('openclacky:'.length), undefined]);
      });
    });
  }

  test('orphaned files are named, and harm nothing', async () => {
    await withStore('openclacky-1.5', async (home) => {
      const { problems } = await openclackySource({ env: { HOME: home } }).list();
      assert.deepEqual(problems, [
        {
          kind: 'orphaned',
          detail: 'it belongs to a session that is not there',
          path: join(home, '.clacky/sessions/9999999999999999.wal'),
        },
      ]);
    });
  });

  test('CLACKY_HOME is where the store is', async () => {
    await withStore('openclacky', async (home) => {
      const info = await openclackySource({ env: { HOME: '/nowhere', CLACKY_HOME: join(home, '.clacky') } }).info();
      assert.deepEqual([info.found, info.count, info.path, info.readOnly], [true, 6, join(home, '.clacky'), undefined]);
      const none = openclackySource({ env: { HOME: join(home, 'other') } });
      assert.equal((await none.info()).found, false);
      assert.deepEqual(await none.list(), { rows: [], problems: [], stamps: new Map() });
    });
  });

  test('a list is made again only of what changed, and stamps tell what did', async () => {
    await withStore('openclacky-1.5', async (home) => {
      const source = openclackySource({ env: { HOME: home } });
      const first = await source.list();
      assert.deepEqual((await source.list()).stamps, first.stamps);
      await appendFile(join(home, '.clacky/sessions/0123456789abcdef.wal'), '\n');
      const { stamps } = await source.list();
      const changed = [...stamps!].filter(([id, stamp]) => first.stamps!.get(id) !== stamp).map(([id]) => id);
      assert.deepEqual(changed, ['openclacky:0123456789abcdef']);
    });
  });

  test('a session that goes on is read with what is new, and a log is used up by a save', async () => {
    await withStore('openclacky-1.5', async (home) => {
      const sessions = join(home, '.clacky/sessions');
      const source = openclackySource({ env: { HOME: home } });
      const before = await source.read('fedcba9876543210');
      await writeFile(join(sessions, '2026-08-11-10-00-00-fedcba98-chunk-3.md'), '## User\n\nIs it fast?\n[image_url]\n');
      const after = await source.read('fedcba9876543210');
      assert.deepEqual(after.slice(0, 6), before.slice(0, 6));
      assert.equal(entryOutline(after[6]!), 'user: Is it fast?\n\nimage');
      // The same words archived: the entry keeps its id.
      assert.equal(after[6]?.id, before.find((entry) => entryOutline(entry) === 'user: Is it fast?')?.id);
      const log = join(sessions, '0123456789abcdef.wal');
      await source.read('0123456789abcdef');
      await rm(log);
      assert.equal((await source.read('0123456789abcdef')).length, 3);
      await writeFile(log, '{"seq":1,"op":"append","msg":{"role":"assistant","content":"in the session already"}}\n');
      assert.equal((await source.read('0123456789abcdef')).length, 3);
    });
  });
});

describe('a damaged openclacky store', () => {
  test('every session is as read by hand, and nothing is left behind', async () => {
    await withStore('openclacky-corrupt', async (home) => {
      await checkExpected(openclackySource({ env: { HOME: home } }), join(fixtures, 'openclacky-corrupt/expected.json'), home);
    });
  });

  test('each file is shown for what it is, and lets the others be', async () => {
    await withStore('openclacky-corrupt', async (home) => {
      const sessions = join(home, '.clacky/sessions');
      await cp(join(fixtures, 'openclacky/.clacky/sessions'), sessions, { recursive: true });
      const old = new Date('2026-01-02T00:00:00Z');
      for (const name of await readdir(sessions)) await utimes(join(sessions, name), old, old);
      await mkdir(join(sessions, '2026-01-01-00-00-00-dddd0000.json'));
      await symlink('/etc/passwd', join(sessions, '2026-01-01-00-00-00-5111111a.json'));
      const before = await folderState(home);
      const source = openclackySource({ env: { HOME: home } });
      const { rows, problems } = await source.list();
      const details = rows.filter((row) => row.problem).map((row) => [row.id.slice('openclacky:'.length), row.title, row.problem?.detail]);
      assert.deepEqual(details.sort(), [
        ['2026-03-27-09-15-00-aaaaaaaa', 'fix the bug in auth.go', 'the file breaks off'],
        ['2026-03-27-09-15-01-bbbbbbbb', '2026-03-27-09-15-01-bbbbbbbb', 'the file is empty'],
        ['2026-03-27-09-15-02-cccccccc', '2026-03-27-09-15-02-cccccccc', 'the file does not hold a session'],
        ['2026-03-27-09-15-03-dddddddd', 'no id', 'the session has no id'],
        ['ffffffffffffffff', '\uFFFD', 'the file is not UTF-8'],
      ]);
      assert.equal(rows.length, 5 + 6);
      const named = problems.map(({ path }) => path.slice(sessions.length + 1)).sort();
      assert.deepEqual(named, [
        '2026-01-01-00-00-00-5111111a.json',
        '2026-01-01-00-00-00-dddd0000.json',
        '2026-01-01-00-00-00-ffffffff.json',
        '2026-03-27-09-15-00-aaaaaaaa.json',
        '2026-03-27-09-15-01-bbbbbbbb.json',
        '2026-03-27-09-15-02-cccccccc.json',
        '2026-03-27-09-15-03-dddddddd.json',
        '2026-03-27-09-15-09-eeeeeeee-chunk-1.md',
      ]);
      // The whole file of two with one id has it.
      assert.equal((await source.read('a63797fa22214a66')).length, 4);
      assert.deepEqual(await source.read('2026-03-27-09-15-00-aaaaaaaa'), []);
      await assert.rejects(source.read('2026-03-27-09-15-02-cccccccc'), { code: 'damaged' });
      for (const id of ['../../etc/passwd', '', 'nothing', '/etc/passwd']) await assert.rejects(source.read(id), { code: 'not_found' });
      assert.deepEqual(await folderState(home), before);
    });
  });

  test('a folder that cannot be read is a problem of its own', async () => {
    await withStore('openclacky', async (home) => {
      await mkdir(join(home, '.clacky/trash'));
      await writeFile(join(home, '.clacky/trash/sessions-trash'), 'a file in its place');
      const { rows, problems } = await openclackySource({ env: { HOME: home } }).list();
      assert.equal(rows.length, 6);
      assert.deepEqual(
        problems.map(({ kind, path }) => [kind, path]),
        [['unreadable', join(home, '.clacky/trash/sessions-trash')]],
      );
    });
  });

  test('values of any type stand anywhere', async () => {
    await withScratchFolder('openclacky', async (home) => {
      const sessions = join(home, '.clacky/sessions');
      await mkdir(sessions, { recursive: true });
      const odd = fc.dictionary(
        fc.constantFrom('session_id', 'name', 'created_at', 'updated_at', 'working_dir', 'stats', 'config', 'todos', 'messages', 'wal_seq'),
        fc.oneof(
          fc.jsonValue({ maxDepth: 2 }),
          fc.array(
            fc.dictionary(
              fc.constantFrom(
                'role',
                'content',
                'tool_calls',
                'tool_call_id',
                'created_at',
                'token_usage',
                'compressed_summary',
                'function',
              ),
              fc.oneof(fc.constantFrom('user', 'assistant', 'tool', 'system', 1e300, -1, true), fc.jsonValue({ maxDepth: 2 })),
            ),
          ),
        ),
      );
      const path = join(sessions, '2026-01-01-00-00-00-01234567.json');
      await fc.assert(
        fc.asyncProperty(odd, fc.boolean(), async (record, pretty) => {
          await writeFile(path, JSON.stringify(record, undefined, pretty ? 2 : undefined));
          const source = openclackySource({ env: { HOME: home } });
          const [row] = (await source.list()).rows;
          sessionRowSchema.parse(row);
          for (const entry of await source.read(row!.id.slice('openclacky:'.length))) entrySchema.parse(entry);
        }),
        { numRuns: 100 },
      );
    });
  });

  test('cut anywhere, a file lists, and reads as far as it goes', async () => {
    const bytes = await readFile(join(fixtures, 'openclacky/.clacky/sessions/2026-03-28-22-01-07-580c3545.json'));
    await withScratchFolder('openclacky', async (home) => {
      const sessions = join(home, '.clacky/sessions');
      await mkdir(sessions, { recursive: true });
      const path = join(sessions, '2026-03-28-22-01-07-580c3545.json');
      await writeFile(path, bytes);
      const whole = (await openclackySource({ env: { HOME: home } }).read('580c354552a6b91f')).map(({ id }) => id);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 2 }), async (length) => {
          await writeFile(path, bytes.subarray(0, length));
          await utimes(path, 1, 1);
          const source = openclackySource({ env: { HOME: home } });
          const { rows, problems } = await source.list();
          assert.deepEqual([rows.length, problems.length, problems[0]?.path], [1, 1, path]);
          const entries = await source.read(rows[0]!.id.slice('openclacky:'.length));
          const ids = entries.map(({ id }) => id.replace('2026-03-28-22-01-07-580c3545', '580c354552a6b91f'));
          assert.deepEqual(ids, whole.slice(0, ids.length));
        }),
        { numRuns: 100 },
      );
    });
  });

  test('members in any order, as another tool may have sorted them', async () => {
    await withStore('openclacky-1.5', async (home) => {
      const path = join(home, '.clacky/sessions/2026-08-10-09-00-00-01234567.json');
      const record = Object.entries(JSON.parse(await readFile(path, 'utf8')) as object);
      await writeFile(path, JSON.stringify(Object.fromEntries(record.reverse())));
      const row = (await openclackySource({ env: { HOME: home } }).list()).rows.find(({ title }) => title === 'Release notes');
      assert.deepEqual([row?.id, row?.prompt, row?.problem], ['openclacky:0123456789abcdef', 'Write the release notes', undefined]);
    });
  });

  test('a huge session lists by its beginning, and a file that vanishes is no problem', async () => {
    await withStore('openclacky', async (home) => {
      const sessions = join(home, '.clacky/sessions');
      const huge = join(sessions, '2026-04-01-00-00-00-abcdabcd.json');
      const messages = [{ role: 'user', content: 'x'.repeat(20_000_000) }];
      await writeFile(huge, JSON.stringify({ session_id: 'abcdabcdabcdabcd', name: 'Huge', working_dir: '/projects/huge', messages }));
      const source = openclackySource({ env: { HOME: home } });
      const row = (await source.list()).rows.find(({ title }) => title === 'Huge');
      assert.deepEqual([row?.workdir, row?.prompt, row?.problem], ['/projects/huge', '', undefined]);
      assert.equal((await source.read('abcdabcdabcdabcd')).length, 1);
      await rm(huge);
      const { rows, problems } = await source.list();
      assert.deepEqual([rows.length, problems], [6, []]);
      await assert.rejects(source.read('abcdabcdabcdabcd'), { code: 'not_found' });
    });
  });
});

describe('an openclacky that saves', () => {
  test('is never seen half-way, though it truncates and writes in parts', async () => {
    await withStore('openclacky', async (home) => {
      const path = join(home, '.clacky/sessions/2026-03-27-09-15-00-a63797fa.json');
      const record = JSON.parse(await readFile(path, 'utf8')) as { readonly messages: readonly unknown[] };
      const filler = Array.from({ length: 3_000 }, (_, index) => ({ role: 'system', content: `filler ${index} ${'x'.repeat(300)}` }));
      const text = JSON.stringify({ ...record, messages: [...record.messages, ...filler] }, undefined, 2);
      await writeFile(path, text);
      const source = openclackySource({ env: { HOME: home } });
      await source.list();
      assert.equal((await source.read('a63797fa22214a66')).length, 4);
      const saver = new Worker(saves, { eval: true, workerData: { path, text } });
      let torn = 0;
      try {
        await once(saver, 'message');
        for (let look = 0; look < 60; look++) {
          try {
            JSON.parse(await readFile(path, 'utf8'));
          } catch {
            torn++;
          }
          const { rows, problems } = await source.list();
          const row = rows.find(({ id }) => id === 'openclacky:a63797fa22214a66');
          assert.deepEqual([row?.title, row?.turn_count, row?.problem, problems], ['fix the bug in auth.go', 1, undefined, []]);
          if (look % 10 === 0) assert.equal((await source.read('a63797fa22214a66')).length, 4);
        }
      } finally {
        await saver.terminate();
      }
      assert.ok(torn > 0, 'no read was torn: the test shows nothing');
    });
  });
});

/** Saves as Ruby's File.write does, over and over, with a pause in the middle of each. */
const saves = `
  const { openSync, writeSync, closeSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  parentPort.postMessage('begun');
  for (;;) {
    const file = openSync(workerData.path, 'w');
    Atomics.wait(pause, 0, 0, 3);
    const half = Math.floor(workerData.text.length / 2);
    writeSync(file, workerData.text.slice(0, half));
    Atomics.wait(pause, 0, 0, 3);
    writeSync(file, workerData.text.slice(half));
    closeSync(file);
    Atomics.wait(pause, 0, 0, 3);
  }
`;

describe('changes in the openclacky store', () => {
  test('renaming changes the name and nothing else', async () => {
    await withStore('openclacky', async (home) => {
      const path = join(home, '.clacky/sessions/2026-03-28-22-01-07-580c3545.json');
      const before = await readFile(path, 'utf8');
      const names = await readdir(join(home, '.clacky/sessions'));
      const source = openclackySource({ env: { HOME: home } });
      await source.rename!('580c354552a6b91f', 'Login "neu" \u2028 </name>');
      const after = await readFile(path, 'utf8');
      assert.equal(after.replace('"Login \\"neu\\" \u2028 </name>"', '"重构登录模块 🎉"'), before);
      const row = (await source.list()).rows.find(({ id }) => id === 'openclacky:580c354552a6b91f');
      assert.deepEqual(
        [row?.title, row?.title_source, row?.last_used_at],
        ['Login "neu" \u2028 </name>', 'user', '2026-11-21T11:07:23.000Z'],
      );
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(join(home, '.clacky/sessions')), names);
    });
  });

  test('what is removed goes with all that belongs to it, and comes back byte for byte', async () => {
    for (const id of ['0123456789abcdef', 'fedcba9876543210', '1111222233334444']) {
      await withStore('openclacky-1.5', async (home) => {
        const before = await folderState(join(home, '.clacky'));
        const source = openclackySource({ env: { HOME: home } });
        const { kept } = await source.removal!.remove(id, join(home, 'kept'));
        assert.ok(kept.length > 1);
        assert.ok(!(await source.list()).rows.some((row) => row.id === `openclacky:${id}`));
        const left = [...(await folderState(join(home, '.clacky'))).keys()].filter((path) => path.includes(id.slice(0, 8)));
        assert.deepEqual(left, []);
        await source.removal!.restore(kept);
        // Modes and bytes of all files; the times are the copies', to the millisecond.
        const plain = (state: ReadonlyMap<string, string>): (readonly [string, string])[] =>
          [...state].filter(([, value]) => value.startsWith('10')).map(([path, value]) => [path, value.slice(0, 71)]);
        assert.deepEqual(plain(await folderState(join(home, '.clacky'))), plain(before));
        // A second time there is something in the way, which stays.
        await assert.rejects(source.removal!.restore(kept));
      });
    }
  });

  test('nothing is changed while an openclacky runs, or where that cannot be told', async () => {
    await withStore('openclacky', async (home) => {
      const program = join(home, 'openclacky');
      await writeFile(program, "process.stdout.write('up'); setInterval(() => {}, 1000);");
      const running = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'ignore'] });
      const before = await folderState(join(home, '.clacky'));
      try {
        await once(running.stdout, 'data');
        const source = openclackySource({ env: { HOME: home } });
        await assert.rejects(source.rename!('580c354552a6b91f', 'x'), { code: 'busy' });
        await assert.rejects(source.removal!.remove('580c354552a6b91f', join(home, 'kept')), { code: 'busy' });
      } finally {
        running.kill();
        await once(running, 'exit');
      }
      const elsewhere = openclackySource({ env: { HOME: home }, platform: 'win32' });
      assert.deepEqual([elsewhere.rename, elsewhere.removal, elsewhere.tag], [undefined, undefined, undefined]);
      assert.match((await elsewhere.info()).readOnly ?? '', /read-only/);
      assert.deepEqual(await folderState(join(home, '.clacky')), before);
    });
  });

  test('a change outside is called back', async () => {
    await withStore('openclacky', async (home) => {
      await new Promise<void>((resolve) => {
        const stop = openclackySource({ env: { HOME: home } }).watch(() => {
          stop();
          resolve();
        });
        writeFileSync(join(home, '.clacky/sessions/2026-03-29-11-00-00-a6372cf3.json'), '{}');
      });
    });
  });
});
