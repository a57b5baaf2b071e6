import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { SessionError } from '../../src/model/errors.js';
import { opencodeSource } from '../../src/sources/opencode/opencode.js';
import type { Source } from '../../src/sources/source.js';
import { folderState } from '../support/folderState.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { outlineOf, wholeRows } from '../support/sourceCheck.js';
import { until } from '../support/until.js';
import { withSqliteWriter } from '../support/sqliteWriter.js';

const fixture = join(import.meta.dirname, '../fixtures/opencode');
const placed = '.local/share/opencode/opencode.db';
const fork = 'ses_e0237aac1ffeR2P7EKVDs18sCz';
const first = 'ses_e0237d2baffe3h5fac21rQYIGS';

interface Expected {
  readonly version: string;
  readonly workdir: string;
  readonly model: string;
  readonly sessions: Readonly<Record<string, ExpectedSession>>;
}

interface ExpectedSession {
  readonly title: string;
  readonly prompt: string;
  readonly status?: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly tokens: readonly number[];
  readonly cost_usd: number | null;
  readonly message_count: number;
  readonly parent?: string;
  readonly entries: readonly string[];
}

const expected = JSON.parse(await readFile(join(fixture, 'expected.json'), 'utf8')) as Expected;

/** Runs with a copy of the fixture, changed by `sql` first. */
async function withStore(sql: string, run: (source: Source, path: string, home: string) => Promise<void>): Promise<void> {
  await withScratchFolder('opencode', async (home) => {
    const path = join(home, placed);
    await mkdir(dirname(path), { recursive: true });
    await cp(join(fixture, placed), path);
    if (sql !== '') {
      const database = new DatabaseSync(path);
      database.exec(`pragma foreign_keys = off; ${sql}`);
      database.close();
    }
    await run(opencodeSource({ env: { HOME: home } }), path, home);
  });
}

describe('the OpenCode store', () => {
  test('the fixture: rows and transcripts are as its tables say, and nothing is left behind', async () => {
    await withStore('', async (source, path) => {
      const before = await folderState(dirname(path));
      const { found, count, version, readOnly } = await source.info();
      assert.deepEqual([found, count, version], [true, 9, expected.version]);
      assert.match(readOnly ?? '', /read-only/);
      const rows = await wholeRows(source);
      assert.deepEqual([...rows.keys()].sort(), Object.keys(expected.sessions).sort());
      for (const [id, wanted] of Object.entries(expected.sessions)) {
        const row = rows.get(id);
        assert.ok(row);
        const { input, output, cached, reasoning, total } = row.token_usage;
        assert.deepEqual(
          { title: row.title, prompt: row.prompt, tokens: [input, output, cached, reasoning, total], message_count: row.message_count },
          { title: wanted.title, prompt: wanted.prompt, tokens: wanted.tokens, message_count: wanted.message_count },
        );
        assert.deepEqual([row.backend, row.backend_session_id, row.model, row.workdir], ['opencode', id, expected.model, expected.workdir]);
        assert.deepEqual([row.created_at, row.last_used_at], [wanted.created_at, wanted.last_used_at]);
        assert.equal(row.status, wanted.status ?? 'active');
        assert.equal(row.parent_id, wanted.parent && `opencode:${wanted.parent}`);
        assert.equal(row.cost_usd === null ? null : Number(row.cost_usd.toFixed(9)), wanted.cost_usd);
        assert.deepEqual(await outlineOf(source, id), wanted.entries);
      }
      assert.deepEqual(await folderState(dirname(path)), before);
    });
  });

  test('is found by its own variables', async () => {
    await withStore('', async (_source, path, home) => {
      const named = join(home, 'data/opencode/opencode-dev.db');
      await mkdir(dirname(named), { recursive: true });
      await rename(path, named);
      const count = async (env: Record<string, string>): Promise<number> =>
        (await opencodeSource({ env: { HOME: join(home, 'nowhere'), ...env } }).list()).rows.length;
      assert.equal(await count({}), 0);
      assert.equal(await count({ XDG_DATA_HOME: join(home, 'data') }), 9);
      assert.equal(await count({ OPENCODE_DB: named }), 9);
      assert.equal(await count({ XDG_DATA_HOME: join(home, 'data'), OPENCODE_DB: 'opencode-dev.db' }), 9);
      assert.equal(await count({ XDG_DATA_HOME: join(home, 'data'), OPENCODE_DB: 'other.db' }), 0);
      assert.equal(await count({ XDG_DATA_HOME: join(home, 'data'), OPENCODE_DB: ':memory:' }), 0);
      assert.equal((await opencodeSource({ env: { HOME: home } }).info()).found, false);
    });
  });

  test('a fork whose parent is gone counts all of its usage', async () => {
    await withStore(`delete from session where id = '${first}'; delete from message where session_id = '${first}'`, async (source) => {
      const row = (await wholeRows(source)).get(fork);
      assert.equal(row?.parent_id, undefined);
      assert.equal(row?.tokens, 2415 + 2442 + 2469);
      const lines = await outlineOf(source, fork);
      assert.equal(lines.filter((line) => line.includes(' of opencode:')).length, 0);
      assert.equal(lines.filter((line) => /\{.*\}$/.test(line)).length, 3);
    });
  });

  test('later and earlier versions: recorded forks, sub-agents, archived ones, fewer columns', async () => {
    const columns = `alter table session add column fork_session_id text; alter table session add column fork_message_id text;
      update session set title = 'renamed', fork_session_id = '${first}', fork_message_id = 'msg_x' where id = '${fork}';
      update session set parent_id = '${first}', time_archived = 1795259139534 where id = 'ses_e02377fc3ffe4sf4D80hH7uU10'`;
    await withStore(columns, async (source) => {
      const rows = await wholeRows(source);
      assert.deepEqual(
        [rows.get(fork)?.parent_id, rows.get(fork)?.forked_at, rows.get(fork)?.tokens],
        [`opencode:${first}`, 'msg_x', 2469],
      );
      const child = rows.get('ses_e02377fc3ffe4sf4D80hH7uU10');
      assert.deepEqual([child?.parent_id, child?.archived, child?.tokens], [`opencode:${first}`, true, 2430]);
    });
    const fewer = `drop table event_sequence; alter table session drop column cost; alter table session drop column tokens_input;
      alter table session drop column model; drop index message_session_time_created_id_idx; drop index part_message_id_id_idx`;
    await withStore(fewer, async (source) => {
      const row = (await wholeRows(source)).get(first);
      assert.deepEqual([row?.cost_usd, row?.model, row?.prompt, row?.message_count], [null, undefined, '"first message alpha"', 4]);
      assert.deepEqual(await outlineOf(source, first), expected.sessions[first]?.entries);
    });
  });

  test('a compaction, an undo, added words, attachments, plans and steps are told from each other', async () => {
    const part = (id: string, message: string, data: object): string =>
      `insert into part values ('${id}', '${message}', '${first}', 0, 0, '${JSON.stringify(data).replaceAll("'", "''")}');`;
    const [asked, answered] = ['msg_1fdc83e5d001Y32bs2L4vcviW6', 'msg_1fdc84414001U8AsQhacaKA7To'];
    const sql = [
      part('prt_a', asked, { type: 'text', text: 'read for the model', synthetic: true }),
      part('prt_b', asked, { type: 'file', mime: 'image/png', url: 'data:image/png;base64,iVBORw0KGgo=' }),
      part('prt_c', asked, { type: 'file', mime: 'text/plain', filename: 'a.go', url: 'file:///projects/x/a.go' }),
      part('prt_z1', answered, {
        type: 'tool',
        tool: 'todowrite',
        callID: 'c1',
        state: { status: 'completed', input: { todos: [{ content: 'one', status: 'in_progress' }] }, output: 'ok', title: '1 todo' },
      }),
      part('prt_z2', answered, {
        type: 'tool',
        tool: 'edit',
        callID: 'c2',
        state: { status: 'error', input: { filePath: 'a.go', oldString: 'a', newString: 'b' }, error: 'The user rejected permission' },
      }),
      part('prt_z3', answered, { type: 'tool', tool: 'bash', callID: 'c3', state: { status: 'running', input: { command: 'sleep 9' } } }),
      part('prt_z4', answered, { type: 'text', text: 'done' }),
      part('prt_z5', answered, {
        type: 'step-finish',
        cost: 0.5,
        tokens: { input: 1, output: 2, reasoning: 0, cache: { read: 0, write: 3 } },
      }),
      part('prt_z6', answered, { type: 'from the future', text: 'unknown' }),
      `insert into message values ('msg_c1', '${first}', 1795259125000, 0, '{"role":"user","time":{"created":1795259125000}}');`,
      part('prt_c1', 'msg_c1', { type: 'compaction', auto: true }),
      `insert into message values ('msg_c2', '${first}', 1795259126000, 0, '{"role":"assistant","summary":true,"time":{"completed":1}}');`,
      part('prt_c2', 'msg_c2', { type: 'text', text: 'What was said so far.' }),
      `insert into message values ('msg_u', '${first}', 1795259127000, 0, '{"role":"user"}');`,
      part('prt_u', 'msg_u', { type: 'text', text: 'taken back' }),
      `update session set revert = '{"messageID":"msg_u"}' where id = '${first}';`,
    ].join('\n');
    await withStore(sql, async (source) => {
      assert.deepEqual((await outlineOf(source, first)).slice(2), [
        'user: "second message beta"\n\n[image]\n\nfile:///projects/x/a.go (image/png iVBORw0KGgo=)',
        'assistant: ECHO: "second message beta" | earlier user turns: 1 | first: "first message alpha"',
        'think completed: 1 todo <- {"todos":[{"content":"one","status":"in_progress"}]} -> ok',
        'plan',
        'edit denied: a.go <- {"filePath":"a.go","oldString":"a","newString":"b"} -> The user rejected permission',
        'execute cancelled: sleep 9 <- {"command":"sleep 9"}',
        'assistant: done {2425 23 2415 0 2448 $0.5010575}',
        'compact: What was said so far.',
      ]);
      const [compact] = (await source.read(first)).filter(({ type }) => type === 'compact');
      assert.equal(compact?.type === 'compact' && compact.reason, 'auto');
    });
  });

  test('a change of a session changes its stamp and no other, and is seen at the next look', async () => {
    await withStore('', async (source, path) => {
      const before = await source.list();
      await withSqliteWriter(path, async (writer) => {
        await writer.exec('pragma journal_mode = wal');
        await writer.exec(`update part set data = '{"type":"text","text":"changed"}' where id = 'prt_1fdc82dad001aCAQhCoL3D0Uxv';
          update event_sequence set seq = seq + 1 where aggregate_id = '${first}'`);
        const after = await source.list();
        const changed = [...(after.stamps ?? [])].filter(([id, stamp]) => before.stamps?.get(id) !== stamp).map(([id]) => id);
        assert.deepEqual(changed, [`opencode:${first}`]);
        assert.equal(after.rows.find(({ id }) => id === `opencode:${first}`)?.prompt, 'changed');
        assert.equal((await outlineOf(source, first))[0], 'user: changed');
        await writer.exec(`update session set title = 'still works' where id = '${first}'`);
      });
    });
  });

  test('a change is told', async () => {
    await withStore('', async (source, path) => {
      let told = 0;
      const stop = source.watch(() => told++);
      try {
        await withSqliteWriter(path, (writer) => writer.exec(`update session set title = 'told' where id = '${first}'`));
        await until('the change of a title', () => told > 0);
        assert.equal((await wholeRows(source)).get(first)?.title, 'told');
      } finally {
        stop();
      }
    });
  });

  test('wrong types, nulls, unknown kinds and huge texts cost at most what stands in them', async () => {
    const sql = `update session set title = x'00ff', time_created = 'soon', time_updated = -1, directory = x'37', cost = 'free', tokens_input = 9223372036854775807
        where id = 'ses_e02379955ffeQjIayfLX1N0FXu';
      update session set model = '{"id":', time_archived = 'x', revert = '[]' where id = 'ses_e02378e01ffe9FE1usyJI4qbd3';
      update message set data = 'not json' where id = 'msg_1fdc83101001lb2H6rnLDDPvYv';
      update part set data = '[1,2]' where id = 'prt_1fdc83e5f001bag3dHxHzWYFsi';
      update message set data = '{"role":"oracle"}' where id = 'msg_1fdc8830c001gBCcquT9nSjw00';
      update part set data = '{"type":"text","text":"' || replace(hex(zeroblob(4000000)), '0', 'y') || '"}' where id = 'prt_1fdc88088001uBKSpoRqVfNGt4';
      insert into session select null, project_id, workspace_id, parent_id, slug, directory, path, title, version, share_url, 0, 0, 0, null, null,
        cost, 0, 0, 0, 0, 0, null, null, agent, model, time_created, time_updated, null, null from session limit 1`;
    await withStore(sql, async (source, path) => {
      const { rows, problems } = await source.list();
      assert.deepEqual(
        problems.map(({ kind, path: named }) => [kind, named]),
        [['damaged', path]],
      );
      assert.equal(rows.length, 9);
      const odd = rows.find(({ id }) => id.endsWith('FXu'));
      assert.deepEqual([odd?.workdir, odd?.cost_usd, odd?.title], ['', null, '"[[tool:write out1.txt hello world]]"']);
      const big = rows.find(({ id }) => id.endsWith('uU10'));
      assert.equal(big?.prompt, 'y'.repeat(500));
      assert.deepEqual(await outlineOf(source, first), [
        'user: "first message alpha"',
        'assistant: ECHO: "second message beta" | earlier user turns: 1 | first: "first message alpha" {2421 21 2415 0 2442 $0.0010575}',
      ]);
      assert.deepEqual((await outlineOf(source, 'ses_e02377fc3ffe4sf4D80hH7uU10')).length, 1);
      for (const { id } of rows) await outlineOf(source, id.slice('opencode:'.length));
    });
  });

  test('half-written, no database, empty, locked and vanished: the file is named, and the last good rows stay', async () => {
    await withStore('pragma journal_mode = delete', async (source, path) => {
      assert.equal((await source.list()).rows.length, 9);
      await withSqliteWriter(path, async (writer) => {
        await writer.exec(`begin exclusive; update session set title = 'x'`);
        const { rows, problems } = await source.list();
        assert.equal(rows.length, 9);
        assert.deepEqual(
          problems.map(({ kind, path: named }) => [kind, named]),
          [['unreadable', path]],
        );
        assert.match(problems[0]?.detail ?? '', /look again in a moment/);
        await writer.exec('commit');
        assert.deepEqual((await source.list()).problems, []);
      });
      for (const damage of [
        () => truncate(path, 100_000),
        () => writeFile(path, 'nothing of the kind'.repeat(999)),
        () => writeFile(path, ''),
      ]) {
        await damage();
        const { problems } = await opencodeSource({ env: { HOME: join(path, '../../../..') } }).list();
        assert.ok(problems.length > 0);
        for (const problem of problems) assert.equal(problem.path, path);
      }
      await rm(path);
      assert.deepEqual(await source.list(), { rows: [], problems: [], stamps: new Map() });
      assert.equal((await source.info()).found, false);
    });
  });

  test('any page destroyed never makes the list fail, and every row that is given is true', async () => {
    await withStore('', async (_source, path, home) => {
      const whole = await readFile(path);
      const pages = Math.floor(whole.length / 4096);
      const titles = new Map(Object.entries(expected.sessions).map(([id, { title }]) => [`opencode:${id}`, title]));
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: pages - 1 }), fc.boolean(), async (page, isCut) => {
          const bytes = Buffer.from(whole);
          if (!isCut) bytes.fill(0xa5, page * 4096, (page + 1) * 4096);
          await writeFile(path, isCut ? bytes.subarray(0, page * 4096) : bytes);
          const source = opencodeSource({ env: { HOME: home } });
          const { rows, problems } = await source.list();
          assert.ok(problems.every((problem) => problem.path === path));
          for (const row of rows) {
            if (titles.has(row.id)) assert.equal(row.title, titles.get(row.id));
            await source.read(row.id.slice('opencode:'.length)).catch((error: unknown) => {
              assert.ok(error instanceof SessionError && error.message.includes(path));
            });
          }
        }),
        { numRuns: 40 },
      );
    });
  });

  test('an unknown session is not found', async () => {
    await withStore('', async (source, path) => {
      await assert.rejects(source.read('../../etc/passwd'), { code: 'not_found' });
      assert.ok((await stat(path)).isFile());
    });
  });
});
