import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, test } from 'node:test';
import { SessionError } from '../../src/model/errors.js';
import { columnsOf, pagesOf, readSqlite, sqliteStamp, streamSqlite } from '../../src/sources/sqliteFile.js';
import { folderState } from '../support/folderState.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { withSqliteWriter, type SqliteWriter } from '../support/sqliteWriter.js';

const source = pathToFileURL(join(import.meta.dirname, '../../src/sources/sqliteFile.ts')).href;

/** Runs with a database that its program has open, and a temporary folder of the test's own, which must be empty afterwards. */
async function withDatabase(run: (path: string, writer: SqliteWriter, folder: string) => Promise<void>): Promise<void> {
  await withScratchFolder('sqlite', async (scratch) => {
    const folder = join(scratch, 'store');
    const temporary = join(scratch, 'tmp');
    await mkdir(folder);
    await mkdir(temporary);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = temporary;
    try {
      const path = join(folder, 'a b?#%.db');
      await withSqliteWriter(path, (writer) => run(path, writer, folder));
      assert.deepEqual(await readdir(temporary), []);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
}

const walTable = `pragma journal_mode = wal; create table t(a integer primary key, b text); insert into t(b) values ('x'), ('y')`;
const plainTable = `create table t(a integer primary key, b text); insert into t(b) values ('x'), ('y')`;
const namesOf = (path: string): unknown => readSqlite(path, (query) => query('select b from t order by a').map(({ b }) => b));
const isError =
  (code: SessionError['code'], path: string) =>
  (error: unknown): boolean =>
    error instanceof SessionError && error.code === code && error.message.includes(path);

describe("another program's database", () => {
  test('is read while its program has it open, with what is only in its -wal', async () => {
    await withDatabase(async (path, writer, folder) => {
      await writer.exec(walTable);
      assert.ok((await stat(`${path}-wal`)).size > 0);
      const before = await folderState(folder);
      assert.deepEqual(namesOf(path), ['x', 'y']);
      assert.deepEqual(await folderState(folder), before);
      await writer.exec(`insert into t(b) values ('z')`);
      assert.deepEqual(namesOf(path), ['x', 'y', 'z']);
      await writer.close();
      assert.deepEqual(await readdir(folder), ['a b?#%.db']);
      assert.deepEqual(namesOf(path), ['x', 'y', 'z']);
    });
  });

  test('that keeps a -wal and is closed is read without making one', async () => {
    await withDatabase(async (path, writer, folder) => {
      await writer.exec(walTable);
      await writer.close();
      const before = await folderState(folder);
      assert.deepEqual([...before.keys()], ['a b?#%.db']);
      assert.deepEqual(namesOf(path), ['x', 'y']);
      assert.deepEqual(await folderState(folder), before);
    });
  });

  test('that a crash left is read whole, and left as the crash left it', async () => {
    await withDatabase(async (path, writer, folder) => {
      await writer.exec(walTable);
      await writer.exec(`begin; insert into t(b) values ('never committed')`);
      await writer.kill();
      const before = await folderState(folder);
      assert.deepEqual([...before.keys()], ['a b?#%.db', 'a b?#%.db-shm', 'a b?#%.db-wal']);
      assert.deepEqual(namesOf(path), ['x', 'y']);
      assert.deepEqual(await folderState(folder), before);
    });
  });

  test('whose -shm is gone is read from a copy that is gone afterwards', async () => {
    await withDatabase(async (path, writer, folder) => {
      await writer.exec(walTable);
      await writer.kill();
      await rm(`${path}-shm`);
      const before = await folderState(folder);
      assert.deepEqual(namesOf(path), ['x', 'y']);
      assert.throws(() => readSqlite(path, (query) => query('select nothing from t')), isError('damaged', path));
      assert.deepEqual(await folderState(folder), before);
    });
  });

  test('beside which an older -wal or an empty one lies is read as SQLite reads it', async () => {
    await withDatabase(async (path, writer, folder) => {
      await writer.exec(walTable);
      await copyFile(`${path}-wal`, join(folder, 'older'));
      await writer.exec(`update t set b = 'newer' where a = 1`);
      await writer.close();
      await copyFile(join(folder, 'older'), `${path}-wal`);
      const seen = namesOf(path);
      await withSqliteWriter(path, async (again) => {
        assert.deepEqual(
          (await again.all('select b from t order by a')).map(({ b }) => b),
          seen,
        );
      });
      await writeFile(`${path}-wal`, '');
      await rm(`${path}-shm`, { force: true });
      assert.equal((namesOf(path) as string[]).length, 2);
      assert.deepEqual((await readdir(folder)).sort(), ['a b?#%.db', 'a b?#%.db-wal', 'older']);
    });
  });

  test('in whose change its program died is read as it was before the change', async () => {
    await withDatabase(async (path, writer, folder) => {
      await writer.exec(plainTable);
      // A cache of one page makes SQLite write the change to the file before it is committed.
      await writer.exec(`pragma cache_size = 1; begin; update t set b = 'torn'`);
      await writer.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
        insert into t(b) select printf('%.900c', 'z') from n`);
      await writer.kill();
      const before = await folderState(folder);
      assert.deepEqual([...before.keys()], ['a b?#%.db', 'a b?#%.db-journal']);
      assert.deepEqual(namesOf(path), ['x', 'y']);
      assert.deepEqual(await folderState(folder), before);
    });
  });

  test('that its program holds is busy, and says so by name', async () => {
    await withDatabase(async (path, writer) => {
      await writer.exec(plainTable);
      await writer.exec(`begin exclusive; insert into t(b) values ('z')`);
      assert.throws(() => namesOf(path), isError('busy', path));
      await assert.rejects(
        streamSqlite(path, async (query) => Promise.resolve(query('select 1 from t'))),
        isError('busy', path),
      );
      await writer.exec('commit');
      assert.deepEqual(namesOf(path), ['x', 'y', 'z']);
    });
  });

  test('that is half-written, no database or not there is named', async () => {
    await withDatabase(async (path, writer, folder) => {
      await writer.exec(`${plainTable}; with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
        insert into t(b) select printf('%.900c', 'z') from n`);
      await writer.close();
      await truncate(path, Math.floor((await stat(path)).size / 2));
      assert.throws(() => namesOf(path), isError('damaged', path));
      const text = join(folder, 'text.db');
      await writeFile(text, 'this is no database'.repeat(100));
      assert.throws(() => namesOf(text), isError('damaged', text));
      const pipe = join(folder, 'pipe.db');
      if (process.platform !== 'win32') await promisify(execFile)('mkfifo', [pipe]);
      else await mkdir(pipe);
      assert.throws(() => namesOf(pipe), isError('damaged', pipe));
      await rm(pipe, { recursive: true });
      const missing = join(folder, 'missing.db');
      assert.throws(() => namesOf(missing), isError('not_found', missing));
      assert.deepEqual((await readdir(folder)).sort(), ['a b?#%.db', 'text.db']);
    });
  });

  test('with a pipe beside it, which opening would wait for, is damaged', async () => {
    for (const [setup, ends] of [
      [walTable, ['-wal', '-shm']],
      [walTable, ['-wal']],
      [plainTable, ['-journal']],
    ] as const) {
      await withDatabase(async (path, writer) => {
        await writer.exec(setup);
        await writer.close();
        for (const end of ends) await promisify(execFile)('mkfifo', [path + end]);
        assert.throws(() => namesOf(path), isError('damaged', path));
        for (const end of ends) await rm(path + end);
        assert.deepEqual(namesOf(path), ['x', 'y']);
      });
    }
  });

  for (const [how, setup, reopen] of [
    ['keeps a -wal', 'pragma journal_mode = wal;', false],
    ['keeps a -wal and is closed all the time', 'pragma journal_mode = wal;', true],
    ['keeps a journal', 'pragma synchronous = off;', false],
    ['keeps a journal and is closed all the time', 'pragma synchronous = off;', true],
  ] as const) {
    test(`that ${how} is never seen in the midst of a change, and never stops its program`, async () => {
      await withDatabase(async (path, writer, folder) => {
        await writer.exec(`${setup} create table pair(a integer primary key, n integer, filler text);
          with recursive s(i) as (select 1 union all select i + 1 from s where i < 40)
          insert into pair select i, 0, printf('%.2000c', 'z') from s`);
        await writer.repeat('begin immediate; update pair set n = n + 1; commit', { reopen });
        let seen = 0;
        const changed = new Set<unknown>();
        while (seen < 50) {
          try {
            const found = readSqlite(path, (query) => query('select count(*) c, min(n) low, max(n) high from pair'));
            assert.equal(found[0]?.['c'], 40);
            assert.equal(found[0]['low'], found[0]['high']);
            changed.add(found[0]['low']);
          } catch (error) {
            if (!isError('busy', path)(error)) throw error;
          }
          seen++;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        assert.ok(changed.size > 1, 'something else each time');
        assert.ok((await writer.stop()) > 1);
        assert.equal((await writer.all('pragma integrity_check'))[0]?.['integrity_check'], 'ok');
        await writer.close();
        assert.deepEqual(await readdir(folder), ['a b?#%.db']);
      });
    });
  }

  test('is read in pages that do not keep others waiting, and anew when it changed under them', async () => {
    await withDatabase(async (path, writer) => {
      await writer.exec(`create table t(a integer primary key, b text);
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) insert into t(b) select printf('%.100c', 'z') from n`);
      await writer.close();
      let runs = 0;
      let largest = 0;
      const keys = await streamSqlite(path, async (query) => {
        runs++;
        const found: unknown[] = [];
        const pages = pagesOf<Record<string, unknown>>((after, limit) =>
          query('select a from t where a > ? order by a limit ?', Number(after?.['a'] ?? 0), limit),
        );
        for await (const page of pages) {
          largest = Math.max(largest, page.length);
          found.push(...page.map(({ a }) => a));
          if (runs === 1 && found.length > 100) {
            await withSqliteWriter(path, (again) => again.exec(`update t set b = 'changed'; insert into t(a, b) values (5001, '')`));
          }
        }
        return found;
      });
      assert.equal(runs, 2);
      assert.ok(largest < 5000);
      assert.deepEqual(
        keys,
        Array.from({ length: 5001 }, (_, index) => index + 1),
      );
    });
  });

  test('gives numbers beyond 2^53 as well, and the columns of its tables', async () => {
    await withDatabase(async (path, writer) => {
      await writer.exec(`create table t(a, b); insert into t values (9223372036854775807, x'00ff');
        create view endless as with recursive n(i) as (select 1 union all select i + 1 from n) select i as a from n`);
      readSqlite(path, (query) => {
        const [row] = query('select * from t');
        assert.equal(row?.['a'], 2 ** 63);
        assert.deepEqual([...(row?.['b'] as Uint8Array)], [0, 255]);
        assert.deepEqual([...columnsOf(query, 't')], ['a', 'b']);
        assert.equal(columnsOf(query, 'none').size, 0);
        assert.equal(columnsOf(query, 'endless').size, 0);
      });
    });
  });

  test('has another stamp after each change', async () => {
    await withDatabase(async (path, writer) => {
      await writer.exec(walTable);
      const stamps = new Set([sqliteStamp(path)]);
      for (let change = 0; change < 3; change++) {
        await writer.exec(`insert into t(b) values ('z')`);
        stamps.add(sqliteStamp(path));
      }
      await writer.close();
      stamps.add(sqliteStamp(path));
      assert.equal(stamps.size, 5);
    });
  });

  test('is not read by a Node without SQLite, which says which Node it needs', async () => {
    const code = `const { sqliteReadingMissing, readSqlite } = await import(${JSON.stringify(source)});
      try { readSqlite('/nowhere/x.db', () => 0); } catch (error) { console.log(JSON.stringify([sqliteReadingMissing(), error.hint, error.message])); }`;
    const args = ['--no-experimental-sqlite', '--import', 'tsx', '--input-type=module', '-e', code];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    const wanted = `reading it needs Node 22.15 or newer; this is Node ${process.versions.node}`;
    assert.deepEqual(JSON.parse(stdout), [wanted, wanted, '/nowhere/x.db cannot be read']);
    assert.equal(stderr, '');
  });
});
