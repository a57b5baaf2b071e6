import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { openclawSource } from '../../src/sources/openclaw/openclaw.js';
import type { Source } from '../../src/sources/source.js';
import { folderState } from '../support/folderState.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { outlineOf, wholeRows } from '../support/sourceCheck.js';
import { until } from '../support/until.js';
import { withSqliteWriter } from '../support/sqliteWriter.js';

const fixture = join(import.meta.dirname, '../fixtures/openclaw');
const eras = ['jsonl-2026.1.29', 'sqlite-2026.9.6'] as const;

interface ExpectedSession {
  readonly title: string;
  readonly session_key?: string;
  readonly agent: string;
  readonly channel?: string;
  readonly scope?: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly workdir: string;
  readonly prompt: string;
  readonly tokens: number;
  readonly status?: string;
  readonly parent?: string;
  readonly archived?: boolean;
  readonly entries: readonly string[];
}

const expected = JSON.parse(await readFile(join(fixture, 'expected.json'), 'utf8')) as Readonly<
  Record<(typeof eras)[number], Readonly<Record<string, ExpectedSession>>>
>;
const [files, stored] = [expected['jsonl-2026.1.29'], expected['sqlite-2026.9.6']];
const auth = 'eaeeb35b-5f90-4bf1-9915-eb34dcc30375';
const branching = '7f8257ed-97e7-496f-81ca-15d44b451298';
const storedAuth = 'f667dba7-c5a2-4f25-93aa-562f77688a21';

/** Runs with a copy of one era's home; `state` is its folder. */
async function withStore(era: (typeof eras)[number], run: (source: Source, state: string, home: string) => Promise<void>): Promise<void> {
  await withScratchFolder('openclaw', async (home) => {
    await cp(join(fixture, era), home, { recursive: true });
    await run(openclawSource({ env: { HOME: home } }), join(home, '.openclaw'), home);
  });
}

const sessionsOf = (state: string): string => join(state, 'agents/main/sessions');
const databaseOf = (state: string): string => join(state, 'agents/main/agent/openclaw-agent.sqlite');

function change(path: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  try {
    work(database);
  } finally {
    database.close();
  }
}

describe('the OpenClaw store', () => {
  for (const era of eras) {
    test(`${era}: rows and transcripts are as its files say, and nothing is left behind`, async () => {
      await withStore(era, async (source, state) => {
        const before = await folderState(state);
        const { found, count, path, version, readOnly } = await source.info();
        assert.deepEqual([found, count, path, version], [true, 8, state, era === 'sqlite-2026.9.6' ? '2026.9.6' : undefined]);
        assert.match(readOnly ?? '', /read-only/);
        const rows = await wholeRows(source);
        assert.deepEqual([...rows.keys()].sort(), Object.keys(expected[era]).sort());
        for (const [id, wanted] of Object.entries(expected[era])) {
          const row = rows.get(id);
          assert.ok(row);
          const { session_key, agent, channel, scope } = row.metadata;
          assert.deepEqual([session_key, agent, channel, scope], [wanted.session_key, wanted.agent, wanted.channel, wanted.scope]);
          assert.deepEqual([row.title, row.prompt, row.workdir, row.tokens], [wanted.title, wanted.prompt, wanted.workdir, wanted.tokens]);
          assert.deepEqual([row.created_at, row.last_used_at], [wanted.created_at, wanted.last_used_at]);
          assert.deepEqual([row.status, row.archived], [wanted.status ?? 'active', wanted.archived ?? false]);
          assert.deepEqual([row.backend, row.backend_session_id, row.model], ['openclaw', id, 'claude-opus-4-5']);
          assert.equal(row.parent_id, wanted.parent && `openclaw:${wanted.parent}`);
          assert.deepEqual(await outlineOf(source, id), wanted.entries);
        }
        assert.deepEqual(await folderState(state), before);
        assert.deepEqual([source.rename, source.tag, source.removal], [undefined, undefined, undefined]);
      });
    });
  }

  test('OPENCLAW_STATE_DIR says where it is', async () => {
    await withStore(eras[0], async (_source, state, home) => {
      await rename(state, join(home, 'elsewhere'));
      assert.equal((await openclawSource({ env: { HOME: home } }).info()).found, false);
      for (const where of [join(home, 'elsewhere'), '~/elsewhere']) {
        const source = openclawSource({ env: { HOME: home, OPENCLAW_STATE_DIR: where } });
        assert.equal((await source.list()).rows.length, 8);
      }
    });
  });

  test('its setting session.store moves the sessions of an agent', async () => {
    await withStore(eras[0], async (source, state, home) => {
      await mkdir(join(home, 'moved/main'), { recursive: true });
      await rename(sessionsOf(state), join(home, 'moved/main/sessions'));
      assert.equal((await wholeRows(source)).size, 2);
      await writeFile(join(state, 'openclaw.json'), JSON.stringify({ session: { store: '~/moved/{agentId}/sessions/sessions.json' } }));
      assert.deepEqual(await outlineOf(source, auth), files[auth]?.entries);
      assert.equal((await wholeRows(source)).size, 6);
      await writeFile(join(state, 'openclaw.json'), '{ torn');
      assert.equal((await wholeRows(source)).size, 2);
    });
  });

  test('both eras at once: what was imported is one row, and what was not is there too', async () => {
    await withStore(eras[1], async (source, state) => {
      await cp(join(fixture, eras[0], '.openclaw/agents/main/sessions'), sessionsOf(state), { recursive: true });
      const text = await readFile(join(sessionsOf(state), `${auth}.jsonl`), 'utf8');
      await writeFile(join(sessionsOf(state), `${storedAuth}.jsonl`), text.replaceAll('auth.go', 'old.go'));
      const rows = await wholeRows(source);
      assert.equal(rows.size, 8 + 6);
      assert.equal(rows.get(storedAuth)?.prompt, 'fix the bug in auth.go');
    });
  });

  test('compressed rows, and transcripts put away in the database or beside it, read the same', async () => {
    await withStore(eras[1], async (source, state) => {
      const path = databaseOf(state);
      const team = 'dec82750-81bb-4492-b2d1-f0316d1890e6';
      const cache = '40dfe6d6-4aca-40df-9fd8-cf5e702df977';
      change(path, (database) => {
        const tables = database
          .prepare(`select sql from sqlite_schema where name in ('transcript_events', 'session_transcript_cold_archives')`)
          .all();
        assert.equal(tables.length, 2);
        const events = database.prepare('select session_id, seq, event_json from transcript_events').all();
        database.exec('pragma foreign_keys = off; pragma ignore_check_constraints = on');
        for (const { name } of database.prepare(`select name from sqlite_schema where type = 'trigger'`).all())
          database.exec(`drop trigger "${String(name)}"`);
        const pack = database.prepare(
          'update transcript_events set event_json = null, event_zstd = ?, event_utf8_bytes = ? where session_id = ? and seq = ?',
        );
        const archive = new Map<string, string[]>();
        for (const { session_id: id, seq, event_json: json } of events) {
          if (id === team || id === cache) {
            const lines = archive.get(id) ?? [JSON.stringify({ kind: 'header', version: 1, sessionId: id, generation: 'g' })];
            archive.set(id, [...lines, JSON.stringify({ kind: 'event', row: { seq, event_json: json, created_at: 1 } })]);
          } else pack.run(zstdCompressSync(Buffer.from(String(json))), Buffer.byteLength(String(json)), String(id), Number(seq));
        }
        const put = database.prepare(`insert into session_transcript_cold_archives
          values (?, 'g', ?, '${'0'.repeat(64)}', ?, 1, 1, 1, 1, ?, ?)`);
        for (const [id, lines] of archive) {
          const bytes = zstdCompressSync(Buffer.from(`${lines.join('\n')}\n`));
          database.prepare('delete from transcript_events where session_id = ?').run(id);
          const name = `${(id === team ? 'a' : 'b').repeat(64)}.jsonl.zst`;
          put.run(id, name, lines.length - 1, id === team ? 'sqlite' : 'file', id === team ? bytes : null);
        }
        return archive;
      });
      const archived = join(sessionsOf(state), 'cold');
      await mkdir(archived, { recursive: true });
      const lines = await readArchive(cache);
      await writeFile(join(archived, `${'b'.repeat(64)}.jsonl.zst`), zstdCompressSync(Buffer.from(lines)));
      for (const [id, wanted] of Object.entries(stored)) assert.deepEqual(await outlineOf(source, id), wanted.entries, id);
      const rows = await wholeRows(source);
      assert.equal(rows.get(storedAuth)?.prompt, 'fix the bug in auth.go');
      assert.equal(rows.get(storedAuth)?.workdir, '/projects/myapp');
    });
  });

  test('the active branch: a leaf moves it, an abandoned one is left out, the oldest version is taken as it stands', async () => {
    await withStore(eras[0], async (source, state) => {
      const path = join(sessionsOf(state), `${branching}.jsonl`);
      const lines = files[branching]?.entries ?? [];
      assert.ok(!lines.some((line) => line.includes('TTL wheel') && line.startsWith('assistant')));
      const at = (type: string, more: object): string =>
        `${JSON.stringify({ type, id: `x${type}`, timestamp: '2026-11-21T11:10:00.000Z', ...more })}\n`;
      await appendFile(path, at('leaf', { parentId: '9a2f4652', targetId: '03c011a2' }));
      assert.deepEqual(await outlineOf(source, branching), [
        'user: design a cache',
        'assistant: Use an LRU. {1234 567 0 0 1801 $0.0123}',
        'user: make it concurrent',
        'assistant: Shard it. {1234 567 0 0 1801 $0.0123}',
      ]);
      await appendFile(path, at('message', { parentId: '03c011a2', message: { role: 'user', content: 'and then' } }));
      assert.equal((await outlineOf(source, branching)).at(-1), 'user: and then');
      // A line that is missing: what stands before it in the file is not lost.
      const text = await readFile(path, 'utf8');
      await writeFile(
        path,
        text
          .split('\n')
          .filter((line) => !line.includes('"id":"ca157bf2"'))
          .join('\n'),
      );
      assert.deepEqual((await outlineOf(source, branching)).slice(0, 2), [
        'user: design a cache',
        'assistant: Use an LRU. {1234 567 0 0 1801 $0.0123}',
      ]);
      const old = [
        { type: 'session', id: 'v1', timestamp: '2026-01-01T00:00:00.000Z', cwd: '/projects/old' },
        {
          type: 'message',
          timestamp: '2026-01-01T00:00:01.000Z',
          message: { role: 'user', content: 'Conversation info (untrusted metadata):\n```json\n{"a":1}\n```\n\nhello\n[message_id: 7]' },
        },
        { type: 'message', timestamp: '2026-01-01T00:00:02.000Z', message: { role: 'assistant', content: 'hi' } },
        {
          type: 'message',
          timestamp: '2026-01-01T00:00:03.000Z',
          message: { role: 'bashExecution', command: 'false', output: '', exitCode: 1 },
        },
      ];
      await writeFile(join(sessionsOf(state), 'v1.jsonl'), old.map((line) => JSON.stringify(line)).join('\n'));
      assert.deepEqual(await outlineOf(source, 'v1'), ['user: hello', 'assistant: hi', 'execute failed: false <- {"command":"false"} -> ']);
      const row = (await wholeRows(source)).get('v1');
      assert.deepEqual([row?.workdir, row?.prompt, row?.metadata['agent']], ['/projects/old', 'hello', 'main']);
    });
  });

  test('the rows of a session that was reset stay, in both eras', async () => {
    await withStore(eras[1], async (source, state) => {
      change(databaseOf(state), (database) => {
        for (const { name } of database.prepare(`select name from sqlite_schema where type = 'trigger'`).all())
          database.exec(`drop trigger "${String(name)}"`);
        database.exec(`insert into session_windows(session_id, session_key, created_at, updated_at, reason, previous_session_id)
            values ('after', 'agent:main:main', 1795259500000, 1795259500000, 'reset', '${storedAuth}');
          update session_nodes set current_session_id = 'after' where session_key = 'agent:main:main'`);
      });
      const rows = await wholeRows(source);
      assert.equal(rows.size, 9);
      assert.deepEqual([rows.get('after')?.title, rows.get(storedAuth)?.metadata['session_key']], ['auth fix', 'agent:main:main']);
      // What was spawned by the key belongs to the session that it leads to.
      assert.equal(rows.get('8f692d06-6e12-4ca7-b14a-20776900e062')?.parent_id, 'openclaw:after');
      assert.deepEqual(await outlineOf(source, storedAuth), stored[storedAuth]?.entries);
    });
  });

  test('faults: each names its file, and all other rows are there', async () => {
    await withStore(eras[0], async (source, state) => {
      const folder = sessionsOf(state);
      assert.equal((await wholeRows(source)).size, 8);
      await writeFile(join(folder, 'sessions.json'), '{"agent:main:main": {');
      const torn = await source.list();
      assert.deepEqual(
        torn.problems.map(({ path }) => path),
        [join(folder, 'sessions.json')],
      );
      assert.equal(torn.rows.find(({ id }) => id.endsWith(auth))?.title, 'auth fix', 'the last good one is kept');
      // To a source that never saw a good one, the transcripts are still there.
      const fresh = await openclawSource({ env: { HOME: join(state, '..') } }).list();
      assert.deepEqual([fresh.rows.length, fresh.problems.length], [7, 1]);
      await writeFile(join(folder, 'sessions.json'), '');
      assert.equal((await openclawSource({ env: { HOME: join(state, '..') } }).list()).rows.length, 7);
      await writeFile(
        join(folder, 'sessions.json'),
        JSON.stringify({ a: null, b: 7, c: { sessionId: '../../x' }, d: { sessionId: auth, updatedAt: 'x', label: 9, model: {} } }),
      );
      await writeFile(
        join(folder, `${branching}.jsonl`),
        `\0\0\n[1]\n"x"\n{"type":"message","id":7,"message":[]}\n{"type":"from the future"}\n${'y'.repeat(3_000_000)}\n{"torn`,
      );
      await mkdir(join(folder, 'folder.jsonl'));
      await symlink('/etc/passwd', join(folder, 'link.jsonl'));
      const { rows, problems } = await source.list();
      assert.deepEqual(
        problems.map(({ path }) => path),
        [join(folder, 'folder.jsonl'), join(folder, 'link.jsonl')],
      );
      assert.equal(rows.length, 7);
      assert.deepEqual(await outlineOf(source, auth), files[auth]?.entries);
      assert.deepEqual(await outlineOf(source, branching), []);
      await rm(join(folder, `${auth}.jsonl`));
      assert.deepEqual(await source.read(auth), []);
      await assert.rejects(source.read('../../x'), { code: 'not_found' });
      await rm(state, { recursive: true });
      assert.deepEqual(await source.list(), { rows: [], problems: [], stamps: new Map() });
    });
  });

  test('a database that is locked, half-written or of another make is named, and the other agent is there', async () => {
    await withStore(eras[1], async (source, state) => {
      const path = databaseOf(state);
      assert.equal((await wholeRows(source)).size, 8);
      await withSqliteWriter(path, async (writer) => {
        await writer.exec('pragma journal_mode = delete; begin exclusive; update schema_meta set updated_at = 1');
        const { rows, problems } = await source.list();
        assert.deepEqual([rows.length, problems.map(({ path: at }) => at)], [8, [path]]);
      });
      const whole = await readFile(path);
      for (const damage of [
        () => truncate(path, 200_000),
        () => writeFile(path, ''),
        () => writeFile(path, 'nothing of the kind'.repeat(999)),
      ]) {
        await damage();
        const { rows, problems } = await openclawSource({ env: { HOME: join(state, '..') } }).list();
        assert.ok(problems.length > 0 && problems.every(({ path: at }) => at === path));
        assert.ok(rows.some(({ id }) => id === 'openclaw:9a9d04b7-390b-41df-b2bb-a7613887c55c'));
        await rm(`${path}-journal`, { force: true });
      }
      await writeFile(path, whole);
      change(path, (database) => {
        for (const { name } of database.prepare(`select name from sqlite_schema where type = 'trigger'`).all())
          database.exec(`drop trigger "${String(name)}"`);
        database.exec(`pragma foreign_keys = off; pragma ignore_check_constraints = on;
          update session_nodes set entry_json = 'no json', updated_at = 9223372036854775807 where session_key = 'agent:main:main';
          update transcript_events set event_json = '{"type":' where session_id = '${storedAuth}' and seq = 4;
          update transcript_events set event_json = null, event_zstd = x'28b52ffd00', event_utf8_bytes = 7 where session_id = '${storedAuth}' and seq = 5`);
      });
      assert.deepEqual(await outlineOf(source, storedAuth), [stored[storedAuth]?.entries[0], stored[storedAuth]?.entries[4]]);
    });
  });

  test('a running gateway is read as it writes', async () => {
    await withStore(eras[1], async (source, state) => {
      const path = databaseOf(state);
      const before = await source.list();
      await withSqliteWriter(path, async (writer) => {
        await writer.exec('pragma journal_mode = wal');
        const event = JSON.stringify({
          type: 'message',
          id: 'new',
          parentId: '78fc4dfe',
          timestamp: '2026-11-21T12:00:00.000Z',
          message: { role: 'user', content: 'more' },
        });
        await writer.exec(
          `insert into transcript_events(session_id, seq, event_json, created_at) values ('${storedAuth}', 99, '${event}', 1)`,
        );
        const names = (await readdir(join(path, '..'))).sort();
        assert.equal((await outlineOf(source, storedAuth)).at(-1), 'user: more');
        const after = await source.list();
        const changed = [...(after.stamps ?? [])].filter(([id, stamp]) => before.stamps?.get(id) !== stamp).map(([id]) => id);
        assert.deepEqual([after.problems, changed], [[], [`openclaw:${storedAuth}`]]);
        assert.deepEqual((await readdir(join(path, '..'))).sort(), names);
      });
    });
  });

  test('a change is told, of an agent that comes later too', async () => {
    await withStore(eras[0], async (source, state) => {
      let told = 0;
      const stop = source.watch(() => told++);
      try {
        await appendFile(join(sessionsOf(state), `${auth}.jsonl`), '{"type":"label","id":"l","parentId":"c1d64b4e"}\n');
        await until('the change of a transcript', () => told > 0);
        const later = join(state, 'agents/later/sessions');
        await mkdir(later, { recursive: true });
        await cp(join(sessionsOf(state), `${auth}.jsonl`), join(later, 'later.jsonl'));
        await until('the new agent', async () => (await source.list()).rows.some(({ id }) => id === 'openclaw:later'));
        told = 0;
        await until('the change at the new agent', async () => {
          await appendFile(join(later, 'later.jsonl'), '\n');
          return told > 0;
        });
      } finally {
        stop();
      }
    });
  });

  test('any truncation of a transcript gives a beginning of its entries', async () => {
    await withStore(eras[0], async (_source, state, home) => {
      const path = join(sessionsOf(state), `${auth}.jsonl`);
      const whole = await readFile(path);
      const entries = files[auth]?.entries ?? [];
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
          await writeFile(path, whole.subarray(0, length));
          const source = openclawSource({ env: { HOME: home } });
          assert.deepEqual([(await source.list()).rows.length, (await source.list()).problems], [8, []]);
          const lines = await outlineOf(source, auth);
          // A call whose answer is cut off is the one line that may differ.
          const wanted = entries.map((line) => line.replace(/^read completed: (.*) -> [\s\S]*$/, 'read pending: $1'));
          for (const [index, line] of lines.entries()) assert.ok(line === entries[index] || line === wanted[index], line);
        }),
        { numRuns: 60 },
      );
    });
  });
});

/** The lines of an archive of a session of the fixture, as OpenClaw writes them. */
async function readArchive(id: string): Promise<string> {
  const database = new DatabaseSync(new URL(`file://${databaseOf(join(fixture, eras[1], '.openclaw'))}?mode=ro&immutable=1`), {
    readOnly: true,
  });
  const rows = database.prepare('select seq, event_json, created_at from transcript_events where session_id = ? order by seq').all(id);
  database.close();
  const header = { kind: 'header', version: 1, sessionId: id, generation: 'g' };
  return Promise.resolve([header, ...rows.map((row) => ({ kind: 'event', row }))].map((line) => JSON.stringify(line)).join('\n'));
}
