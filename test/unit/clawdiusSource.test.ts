import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { SessionError } from '../../src/model/errors.js';
import { clawdiusSource } from '../../src/sources/clawdius/clawdius.js';
import type { Source } from '../../src/sources/source.js';
import { folderState } from '../support/folderState.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { outlineOf, wholeRows } from '../support/sourceCheck.js';
import { until } from '../support/until.js';
import { withSqliteWriter } from '../support/sqliteWriter.js';

const fixture = join(import.meta.dirname, '../fixtures/clawdius');
const auth = '6513270e-269e-4d37-b2a7-4de452e6b438';
const tool = '3d9c1724-11e2-4b8f-ab0d-549b6f03675a';
const forked = 'f29d0da9-953f-48f1-a09f-76b5a170b338';

interface ExpectedSession {
  readonly title: string;
  readonly model: string | null;
  readonly workdir: string | null;
  readonly prompt: string;
  readonly tags: readonly string[];
  readonly status?: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly tokens: readonly number[];
  readonly turn_count: number;
  readonly message_count: number;
  readonly entries: readonly string[];
}

const { sessions } = JSON.parse(await readFile(join(fixture, 'expected.json'), 'utf8')) as {
  readonly sessions: Readonly<Record<string, ExpectedSession>>;
};

/** Runs with a copy of the fixture's folder, its session database changed by `sql` first. */
async function withStore(sql: string, run: (source: Source, path: string, folder: string) => Promise<void>): Promise<void> {
  await withScratchFolder('clawdius', async (scratch) => {
    const folder = join(scratch, 'project');
    await cp(join(fixture, 'project'), folder, { recursive: true });
    const path = join(folder, '.clawdius/sessions.db');
    if (sql !== '') {
      const database = new DatabaseSync(path);
      database.exec(`pragma foreign_keys = off; pragma ignore_check_constraints = on; ${sql}`);
      database.close();
    }
    await run(clawdiusSource({ env: {}, folders: [scratch, folder] }), path, folder);
  });
}

describe('the Clawdius store', () => {
  test('the fixture: rows and transcripts are as its tables say, and nothing is left behind', async () => {
    await withStore('', async (source, path, folder) => {
      const before = await folderState(folder);
      const { found, count, path: told, readOnly } = await source.info();
      assert.deepEqual([found, count, told], [true, 6, path]);
      assert.match(readOnly ?? '', /read-only/);
      const rows = await wholeRows(source);
      assert.deepEqual([...rows.keys()].sort(), Object.keys(sessions).sort());
      for (const [id, wanted] of Object.entries(sessions)) {
        const row = rows.get(id);
        assert.ok(row);
        const { input, output, cached, reasoning, total } = row.token_usage;
        assert.deepEqual([input, output, cached, reasoning, total], wanted.tokens);
        assert.deepEqual([row.title, row.prompt, row.tags], [wanted.title, wanted.prompt, wanted.tags]);
        assert.deepEqual([row.model ?? null, row.workdir], [wanted.model, wanted.workdir ?? folder]);
        assert.deepEqual([row.created_at, row.last_used_at], [wanted.created_at, wanted.last_used_at]);
        assert.deepEqual([row.turn_count, row.message_count], [wanted.turn_count, wanted.message_count]);
        assert.deepEqual(
          [row.status, row.backend_session_id, row.cost_usd, row.parent_id],
          [wanted.status ?? 'active', undefined, null, undefined],
        );
        assert.deepEqual(await outlineOf(source, id), wanted.entries);
      }
      assert.equal(rows.get('90c192cf-d3ac-44af-8f21-ddb66cad4a26')?.error_message, 'connection refused');
      assert.deepEqual(rows.get('36f675cc-81e7-4ef5-a8e2-5d940ed90475')?.metadata, {
        provider: 'openai',
        ticket: 'ABC-1',
        nested: { a: [1, 2] },
      });
      assert.deepEqual(await folderState(folder), before);
    });
  });

  test('a checkpoint of checkpoints.db stands where it was made, with its files; a fork that names its parent has it', async () => {
    await withStore(`update sessions set extra = '{"forked_from":"${auth}"}' where id = '${forked}'`, async (source, path) => {
      const beside = new DatabaseSync(join(path, '../checkpoints.db'));
      beside.exec(`update checkpoints set session_id = '${tool}', timestamp = '2026-04-21T06:00:02.9+00:00'`);
      beside.close();
      assert.equal((await wholeRows(source)).get(forked)?.parent_id, `clawdius:${auth}`);
      assert.deepEqual(
        (await source.read(tool)).map(({ type }) => type),
        ['message', 'message', 'tool_call', 'checkpoint', 'message'],
      );
      const [checkpoint] = (await source.read(tool)).filter(({ type }) => type === 'checkpoint');
      assert.deepEqual([checkpoint?.['description'], checkpoint?.['files']], ['before refactor', ['src/main.rs']]);
    });
  });

  test('what Clawdius itself fails on is read: nulls, odd ids, bad times, other roles, plain content', async () => {
    const add = (id: string, role: string, content: string, more = 'null, null, null'): string =>
      `insert into messages values ('${id}', '${auth}', '${role}', '${content}', ${more}, '2026-04-20T09:01:0${id.slice(-1)}+00:00');`;
    const sql = `update sessions set tags = null, extra = null, created_at = 'soon', title = x'00' where id = '${auth}';
      update sessions set id = 'no-uuid', tags = '{"a":1}', extra = '[1]', input_tokens = -5 where id = '${forked}';
      update messages set created_at = 'never' where id = '2217bead-dbc4-46cb-8e81-973e0becd7b0';
      ${add('m1', 'user', 'plain text')} ${add('m2', 'oracle', '"unknown"')} ${add('m3', 'user', '{"kind":"unknown"}')}
      ${add('m4', 'assistant', '""', `'many', '[{"id":"c","name":"shell","arguments":"{\\"command\\":\\"ls\\"}"},7]', '[]'`)}
      ${add('m5', 'tool', '"answer to nothing"', `null, null, '{"tool_call_id":"gone"}'`)}
      ${add('m6', 'user', '[{"type":"image","source":{"type":"url","url":"https://example.org/a.png"}},{"type":"video"},null]')}
      insert into sessions(id, created_at, updated_at) values (null, 'x', 'y')`;
    await withStore(sql, async (source, path) => {
      const { rows, problems } = await source.list();
      assert.deepEqual(
        problems.map(({ kind, path: named }) => [kind, named]),
        [['damaged', path]],
      );
      assert.equal(rows.length, 6);
      const row = rows.find(({ id }) => id === `clawdius:${auth}`);
      assert.deepEqual([row?.title, row?.tags, row?.created_at], ['plain text', [], '2026-04-20T09:05:00.051Z']);
      assert.deepEqual(rows.find(({ id }) => id === 'clawdius:no-uuid')?.token_usage.input, 0);
      assert.deepEqual((await outlineOf(source, auth)).slice(0, 3), [
        'system: You are a coding assistant.',
        'checkpoint',
        'assistant: Fixed: expiry comparison. {0 300 0 0 300}',
      ]);
      assert.deepEqual((await outlineOf(source, auth)).slice(3), [
        'user: plain text',
        'user: {"kind":"unknown"}',
        'execute pending: shell <- {"command":"ls"}',
        'other pending: tool',
        'other completed: tool -> answer to nothing',
        'user: https://example.org/a.png',
        'user: fix the bug in "auth.go"\nplease',
      ]);
    });
  });

  test('a running Clawdius is neither disturbed nor missed', async () => {
    await withStore('', async (source, path) => {
      const before = await source.list();
      await withSqliteWriter(path, async (writer) => {
        await writer.exec(
          `begin exclusive; insert into messages values ('new', '${auth}', 'user', '"more"', null, null, null, '2026-04-20T10:00:00+00:00')`,
        );
        const { rows, problems } = await source.list();
        assert.deepEqual([rows.length, problems.length], [6, 1]);
        assert.match(problems[0]?.detail ?? '', /look again/);
        await writer.exec('commit');
      });
      const after = await source.list();
      const changed = [...(after.stamps ?? [])].filter(([id, stamp]) => before.stamps?.get(id) !== stamp).map(([id]) => id);
      assert.deepEqual([after.problems, changed], [[], [`clawdius:${auth}`]]);
      assert.equal((await outlineOf(source, auth)).at(-1), 'user: more');
    });
  });

  test('a change is told', async () => {
    await withStore('', async (_source, path, folder) => {
      // A folder without a store is looked at every two seconds, which tells nothing here.
      const source = clawdiusSource({ env: {}, folders: [folder] });
      let told = 0;
      const stop = source.watch(() => told++);
      try {
        await withSqliteWriter(path, (writer) => writer.exec(`update sessions set title = 'told' where id = '${auth}'`));
        await until('the change of a title', () => told > 0);
        assert.equal((await wholeRows(source)).get(auth)?.title, 'told');
      } finally {
        stop();
      }
    });
  });

  test('a link in a folder is not followed, and a view in place of a table is not run', async () => {
    await withStore('', async (_source, path, folder) => {
      const other = join(folder, '../other');
      await mkdir(join(other, '.clawdius'), { recursive: true });
      await symlink(path, join(other, '.clawdius/sessions.db'));
      assert.deepEqual((await clawdiusSource({ env: {}, folders: [other] }).list()).rows, []);
      await rm(join(other, '.clawdius/sessions.db'));
      const database = new DatabaseSync(join(other, '.clawdius/sessions.db'));
      database.exec(`create view sessions as with recursive n(i) as (select 1 union all select i + 1 from n)
        select i as id, '' as created_at, '' as updated_at from n`);
      database.close();
      const { rows, problems } = await clawdiusSource({ env: {}, folders: [other] }).list();
      assert.deepEqual([rows, problems.length], [[], 1]);
    });
  });

  test('one damaged store does not break another, and is named', async () => {
    await withStore('', async (_source, path, folder) => {
      const broken = join(folder, '../broken');
      await mkdir(join(broken, '.clawdius'), { recursive: true });
      const source = clawdiusSource({ env: {}, folders: [broken, folder] });
      const named = join(broken, '.clawdius/sessions.db');
      for (const damage of ['', 'no database at all'.repeat(500)]) {
        await writeFile(named, damage);
        const { rows, problems } = await source.list();
        assert.deepEqual([rows.length, problems.map(({ path: at }) => at)], [6, [named]]);
      }
      await rm(named);
      assert.deepEqual((await source.list()).problems, []);
      await truncate(path, 6000);
      const { problems } = await clawdiusSource({ env: {}, folders: [folder] }).list();
      assert.ok(problems.length > 0 && problems.every(({ path: at }) => at === path));
      await assert.rejects(source.read('nothing'), { code: 'not_found' });
    });
  });

  test('any truncation never makes the list fail, and a transcript that is read is a part of the whole one', async () => {
    await withStore('', async (_source, path, folder) => {
      const whole = await readFile(path);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
          await writeFile(path, whole.subarray(0, length));
          const source = clawdiusSource({ env: {}, folders: [folder] });
          const { rows, problems } = await source.list();
          // What is cut off may be what a list does not look at.
          assert.ok(problems.length > 0 || rows.length === 6);
          assert.ok(problems.every(({ path: at }) => at === path));
          for (const { id } of rows) {
            const ownId = id.slice('clawdius:'.length);
            try {
              const lines = await outlineOf(source, ownId);
              assert.ok(lines.every((line) => sessions[ownId]?.entries.includes(line)));
            } catch (error) {
              assert.ok(error instanceof SessionError && error.message.includes(path), String(error));
            }
          }
        }),
        { numRuns: 60 },
      );
    });
  });
});

test('a folder of Clawdius that is a link is not followed', async () => {
  await withStore('', async (source, _path, folder) => {
    await cp(join(folder, '.clawdius'), join(folder, 'elsewhere'), { recursive: true });
    await rm(join(folder, '.clawdius'), { recursive: true });
    await symlink(join(folder, 'elsewhere'), join(folder, '.clawdius'));
    assert.deepEqual((await source.list()).rows, []);
    assert.equal((await source.info()).found, false);
  });
});
