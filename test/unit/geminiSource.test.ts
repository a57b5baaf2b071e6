import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { entrySchema } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { liveEntries } from '../../src/model/replay.js';
import { sessionRowSchema } from '../../src/model/row.js';
import { geminiSource } from '../../src/sources/gemini/gemini.js';
import { entryOutline } from '../support/entryOutline.js';
import { folderState } from '../support/folderState.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { checkExpected } from '../support/sourceCheck.js';

const fixtures = join(import.meta.dirname, '../fixtures');

/** Runs with a scratch home that holds a copy of a fixture's store. */
async function withStore(name: string, run: (home: string, chats: string) => Promise<void>): Promise<void> {
  await withScratchFolder('gemini', async (home) => {
    await cp(join(fixtures, name, '.gemini'), join(home, '.gemini'), { recursive: true });
    await run(home, join(home, '.gemini/tmp', name === 'gemini' ? 'gemini' : 'now', 'chats'));
  });
}

const resumed = 'bbbbbbbb-0000-4000-8000-000000000002';
const written = '03e70fd8-f76f-41f2-93a5-b6e75fb18f3e';

describe('the Gemini CLI store', () => {
  for (const store of ['gemini', 'gemini-variants']) {
    test(`${store}: rows and transcripts are as read by hand, and nothing is left behind`, async () => {
      await withStore(store, async (home) => {
        const source = geminiSource({ env: { HOME: home } });
        const { problems } = await checkExpected(source, join(fixtures, store, 'expected.json'), home);
        assert.deepEqual(problems, []);
      });
    });
  }

  test('is never written to, and says why', async () => {
    await withStore('gemini', async (home) => {
      const source = geminiSource({ env: { HOME: home } });
      assert.deepEqual([source.rename, source.tag, source.removal], [undefined, undefined, undefined]);
      const info = await source.info();
      assert.deepEqual([info.found, info.count], [true, 6]);
      assert.match(info.readOnly ?? '', /only read/);
      assert.equal((await geminiSource({ env: { HOME: '/nowhere', GEMINI_CLI_HOME: home } }).info()).count, 6);
      const none = geminiSource({ env: { HOME: join(home, 'other') } });
      assert.equal((await none.info()).found, false);
      assert.deepEqual(await none.list(), { rows: [], problems: [], stamps: new Map() });
    });
  });

  test('a sub-agent is told from what can be resumed, and the live view of an emptied session is empty', async () => {
    await withStore('gemini-variants', async (home) => {
      const source = geminiSource({ env: { HOME: home } });
      const rows = new Map((await source.list()).rows.map((row) => [row.id, row]));
      assert.equal(rows.get('gemini:sub-1')?.backend_session_id, undefined);
      assert.deepEqual(liveEntries(await source.read('cccccccc-0000-4000-8000-000000000003')), []);
      assert.deepEqual(liveEntries(await source.read(resumed)).map(entryOutline)[0], 'compact: They looked at a.txt.');
    });
  });

  test('the folder of a session named by a hash alone is found among the open ones', async () => {
    await withStore('gemini-variants', async (home) => {
      await rm(join(home, '.gemini/projects.json'));
      const workdirs = async (folders: readonly string[]): Promise<readonly string[]> =>
        (await geminiSource({ env: { HOME: home }, folders }).list()).rows
          .filter(({ title }) => title === 'An explanation')
          .map(({ workdir }) => workdir);
      assert.deepEqual(await workdirs([]), ['']);
      assert.deepEqual(await workdirs(['/projects/old']), ['/projects/old']);
    });
  });

  test('what is appended is seen, in the one session that it belongs to', async () => {
    await withStore('gemini-variants', async (home, chats) => {
      const source = geminiSource({ env: { HOME: home } });
      const first = await source.list();
      const before = await source.read(resumed);
      assert.deepEqual((await source.list()).stamps, first.stamps);
      const answer = { id: 'g4', timestamp: '2026-08-02T07:00:09Z', type: 'gemini', content: 'Today too.', model: 'gemini-4' };
      const path = join(chats, 'session-2026-08-02T07-00-bbbbbbbb.jsonl');
      await appendFile(
        path,
        `${JSON.stringify(answer)}\n${JSON.stringify({ $set: { lastUpdated: '2026-08-02T07:00:09Z' } })}\n{"id":"torn`,
      );
      const { rows, stamps, problems } = await source.list();
      assert.deepEqual(
        [...stamps!].filter(([id, stamp]) => first.stamps!.get(id) !== stamp).map(([id]) => id),
        [`gemini:${resumed}`],
      );
      const row = rows.find(({ id }) => id === `gemini:${resumed}`);
      assert.deepEqual([row?.model, row?.last_used_at, problems], ['gemini-4', '2026-08-02T07:00:09.000Z', []]);
      const after = await source.read(resumed);
      assert.deepEqual(after.slice(0, before.length), before);
      assert.deepEqual(after.slice(before.length).map(entryOutline), ['assistant: Today too.']);
    });
  });

  test('a file of before the lines that is being written stays as it was last whole', async () => {
    await withStore('gemini-variants', async (home) => {
      const source = geminiSource({ env: { HOME: home } });
      const old = (await source.list()).rows.find(({ title }) => title === 'An explanation')!;
      const whole = await readFile(old.path);
      for (const length of [0, 10, 300, whole.length - 2]) {
        await writeFile(old.path, whole.subarray(0, length));
        const { rows, problems } = await source.list();
        assert.deepEqual([rows.find(({ id }) => id === old.id), problems], [old, []]);
      }
      await writeFile(old.path, whole);
      assert.equal((await source.read(old.id.slice('gemini:'.length))).length, 8);
    });
  });

  test('a resume within the minute empties the list and puts it back: nothing was dropped', async () => {
    await withStore('gemini-variants', async (home, chats) => {
      const name = 'session-2026-08-03T07-00-cccccccc.jsonl';
      const source = geminiSource({ env: { HOME: home } });
      const id = 'cccccccc-0000-4000-8000-000000000003';
      assert.deepEqual((await source.read(id)).map(entryOutline).at(-1), 'reset');
      const lines = (await readFile(join(chats, name), 'utf8')).split('\n');
      const said = lines.slice(1, 3).map((line) => JSON.parse(line) as unknown);
      await appendFile(join(chats, name), `${JSON.stringify({ $set: { messages: said } })}\n{"id":"k3","type":"user","content":"More"}\n`);
      assert.deepEqual((await source.read(id)).map(entryOutline), ['user: Keep this', 'assistant: Kept. {5 1 0 0 6}', 'user: More']);
    });
  });

  test('changes in a project and new projects are called back', async () => {
    await withStore('gemini-variants', async (home, chats) => {
      const source = geminiSource({ env: { HOME: home } });
      const next = async (change: () => void): Promise<void> => {
        await new Promise<void>((resolve) => {
          const stop = source.watch(() => {
            stop();
            resolve();
          });
          change();
        });
      };
      await next(() => writeFileSync(join(chats, 'session-2026-08-04T07-00-dddddddd.jsonl'), '{}\n'));
      await next(() => writeFileSync(join(home, '.gemini/tmp/another'), ''));
    });
  });
});

describe('a damaged Gemini CLI store', () => {
  test('each file is shown for what it is, and lets the others be', async () => {
    await withStore('gemini', async (home, chats) => {
      const files: Readonly<Record<string, string>> = {
        'session-2026-01-01T00-00-00000001.jsonl': '',
        'session-2026-01-01T00-00-00000002.jsonl': '[]\nnull\n7\n"text"\n',
        'session-2026-01-01T00-00-00000003.jsonl':
          '{"sessionId":3,"projectHash":null,"startTime":{},"messages":7}\n{"$set":null}\n{"$set":{"messages":[null,{"id":4}]}}\n',
        'session-2026-01-01T00-00-00000004.jsonl':
          '{"sessionId":"4","projectHash":"x"}\nnot JSON\n{"id":"a","type":"user","content":"still here"}\n',
        'session-2026-01-01T00-00-00000005.json':
          '{\n  "sessionId": "5",\n  "messages": [\n    {"id":"a","type":"user","content":"half"},\n    {"id":"b","type":"us',
        'session-2026-01-01T00-00-00000006.jsonl': `{"sessionId":"6","projectHash":"x"}\n${JSON.stringify({ id: 'a', type: 'user', content: 'x'.repeat(9_000_000) })}\n`,
        'session-2026-01-01T00-00-00000007.jsonl': '\u0000\u0000\uFFFD\n',
      };
      for (const [name, content] of Object.entries(files)) await writeFile(join(chats, name), content);
      await mkdir(join(chats, 'session-folder.jsonl'));
      await symlink('/etc/passwd', join(chats, 'session-link.jsonl'));
      await writeFile(join(home, '.gemini/projects.json'), '{"projects":');
      const before = await folderState(home);
      const source = geminiSource({ env: { HOME: home } });
      const { rows, problems } = await source.list();
      const details = rows.filter((row) => row.problem).map((row) => [row.id, row.problem?.detail]);
      assert.deepEqual(details.sort(), [
        ['gemini:5', 'the file breaks off'],
        ['gemini:gemini.session-2026-01-01T00-00-00000001', 'the file is empty'],
        ['gemini:gemini.session-2026-01-01T00-00-00000002', 'session-2026-01-01T00-00-00000002.jsonl names no session'],
        ['gemini:gemini.session-2026-01-01T00-00-00000003', 'session-2026-01-01T00-00-00000003.jsonl names no session'],
        ['gemini:gemini.session-2026-01-01T00-00-00000007', 'session-2026-01-01T00-00-00000007.jsonl names no session'],
      ]);
      assert.equal(rows.length, 6 + 7);
      const named = problems.map(({ path }) => path.slice(chats.length + 1)).sort();
      assert.deepEqual(named, [
        ...['1', '2', '3'].map((digit) => `session-2026-01-01T00-00-0000000${digit}.jsonl`),
        'session-2026-01-01T00-00-00000005.json',
        'session-2026-01-01T00-00-00000007.jsonl',
        'session-folder.jsonl',
        'session-link.jsonl',
      ]);
      for (const row of rows) sessionRowSchema.parse(row);
      assert.deepEqual((await source.read('4')).map(entryOutline), ['user: still here']);
      assert.deepEqual((await source.read('5')).map(entryOutline), ['user: half']);
      const [huge] = await source.read('6');
      assert.equal(huge?.type === 'message' && textOf(huge.message.content).length, 9_000_000);
      for (const id of ['../../etc/passwd', '', 'nothing']) await assert.rejects(source.read(id), { code: 'not_found' });
      assert.deepEqual(await folderState(home), before);
    });
  });

  test('values of any type stand anywhere', async () => {
    await withScratchFolder('gemini', async (home) => {
      const chats = join(home, '.gemini/tmp/p/chats');
      await mkdir(chats, { recursive: true });
      const value = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom('user', 'gemini', 'error', 1e300, -1, '<state_snapshot>x', '2026-01-01T00:00:00+02:00'),
      );
      const message = fc.dictionary(
        fc.constantFrom('id', 'type', 'content', 'displayContent', 'timestamp', 'tokens', 'toolCalls', 'thoughts', 'model', '$rewindTo'),
        fc.oneof(
          value,
          fc.array(fc.dictionary(fc.constantFrom('text', 'name', 'id', 'functionCall', 'functionResponse', 'args', 'result'), value)),
        ),
      );
      const record = fc.oneof(value, message, fc.record({ $set: fc.oneof(value, fc.record({ messages: fc.array(message) })) }));
      await fc.assert(
        fc.asyncProperty(fc.array(record, { maxLength: 8 }), fc.boolean(), async (records, isOld) => {
          const path = join(chats, isOld ? 'session-a.json' : 'session-a.jsonl');
          const first = { sessionId: 'a', projectHash: 'h' };
          const text = isOld
            ? JSON.stringify({ ...first, messages: records })
            : [first, ...records].map((each) => JSON.stringify(each)).join('\n');
          await writeFile(path, text);
          const source = geminiSource({ env: { HOME: home } });
          const { rows } = await source.list();
          assert.deepEqual(
            rows.map(({ id }) => id),
            ['gemini:a'],
          );
          sessionRowSchema.parse(rows[0]);
          for (const entry of await source.read('a')) entrySchema.parse(entry);
          await rm(path);
        }),
        { numRuns: 100 },
      );
    });
  });

  test('cut anywhere, a file lists, and reads as far as it goes', async () => {
    await withStore('gemini', async (home, chats) => {
      const name = (await readdir(chats)).find((each) => each.includes('03e70fd8'))!;
      const bytes = await readFile(join(chats, name));
      const whole = (await geminiSource({ env: { HOME: home } }).read(written)).map(({ id }) => id);
      const first = bytes.indexOf('\n') + 1;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: bytes.length }), async (length) => {
          await writeFile(join(chats, name), bytes.subarray(0, length));
          const source = geminiSource({ env: { HOME: home } });
          const { rows, problems } = await source.list();
          assert.deepEqual([rows.length, problems.length], [6, length < first - 1 ? 1 : 0]);
          const row = rows.find(({ path }) => path.endsWith(name))!;
          const ids = (await source.read(row.id.slice('gemini:'.length))).map(({ id }) => id);
          assert.deepEqual(ids, whole.slice(0, ids.length));
        }),
        { numRuns: 100 },
      );
    });
  });

  test('a file that vanishes is no problem', async () => {
    await withStore('gemini', async (home, chats) => {
      const source = geminiSource({ env: { HOME: home } });
      await source.list();
      for (const name of await readdir(chats)) if (name.includes('03e70fd8')) await rm(join(chats, name));
      await assert.rejects(source.read(written), { code: 'not_found' });
      const { rows, problems } = await source.list();
      assert.deepEqual([rows.length, problems], [5, []]);
    });
  });
});
