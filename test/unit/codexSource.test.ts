import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import * as z from 'zod';
import { entrySchema, type Entry } from '../../src/model/entry.js';
import { SessionError } from '../../src/model/errors.js';
import { sessionRowSchema } from '../../src/model/row.js';
import { codexSource } from '../../src/sources/codex/codex.js';
import { codexEvent, codexId, codexItem, codexMeta, linesOf, said, writeRollout } from '../support/codexRollout.js';
import { entryOutline } from '../support/entryOutline.js';
import { folderState } from '../support/folderState.js';
import { withScratchFolder } from '../support/scratchFolder.js';

const fixture = join(import.meta.dirname, '../fixtures/codex');
const expectedSchema = z.record(z.string(), z.looseObject({ entries: z.array(z.string()) }));
const day = '.codex/sessions/2026/11/21';
const first = '01a1fdc7-4867-74f3-bfc8-76403ad3d3c7';
const fork = '01a1fdc7-4b2f-7282-aaea-bde3756a4fc8';

/** Runs with a scratch home that holds a copy of the store that Codex 0.169 wrote. */
async function withStore(run: (home: string, fileOf: (id: string) => string) => Promise<void>): Promise<void> {
  await withScratchFolder('codex', async (home) => {
    await cp(join(fixture, '.codex'), join(home, '.codex'), { recursive: true });
    const names = await readdir(join(home, day));
    await run(home, (id) => join(home, day, names.find((name) => name.includes(id)) ?? ''));
  });
}

/** An entry as one line: what was inherited, and how a turn ended, with it. */
function outline(entry: Entry): string {
  if (entry.type !== 'message') return entryOutline(entry);
  const { inherited, stop_reason } = entry;
  const { input, output, cached, reasoning, total } = inherited?.usage ?? {};
  const from = inherited ? ` inherited {${[input, output, cached, reasoning, total].join(' ')}} from ${inherited.from}` : '';
  return `${entryOutline(entry)}${stop_reason === undefined ? '' : ` (${stop_reason})`}${from}`;
}

describe('the Codex store', () => {
  test('rows and transcripts are as read from the raw files, and nothing is left behind', async () => {
    const expected = expectedSchema.parse(JSON.parse(await readFile(join(fixture, 'expected.json'), 'utf8')));
    await withStore(async (home, fileOf) => {
      const before = await folderState(home);
      const source = codexSource({ env: { HOME: home } });
      const { rows, problems, stamps } = await source.list();
      assert.deepEqual(problems, []);
      assert.deepEqual(rows.map(({ id }) => id.slice('codex:'.length)).sort(), Object.keys(expected).sort());
      for (const row of rows) {
        const id = row.id.slice('codex:'.length);
        const { entries: lines, ...fields } = expected[id]!;
        assert.deepEqual(Object.fromEntries(Object.keys(fields).map((key) => [key, row[key]])), fields, id);
        assert.deepEqual([row.backend, row.backend_session_id, row.path, row.archived], ['codex', id, fileOf(id), false]);
        assert.deepEqual(sessionRowSchema.parse(row), row);
        assert.ok(stamps?.has(row.id));
        const entries = await source.read(id);
        assert.deepEqual(entries.map(outline), lines, id);
        assert.equal(new Set(entries.map((entry) => entry.id)).size, entries.length);
        for (const entry of entries) entrySchema.parse(entry);
        const own = entries.reduce((sum, entry) => sum + (entry.type === 'message' ? (entry.usage?.total ?? 0) : 0), 0);
        assert.equal(own, row.tokens, `${id}: a fork's answers sum up to what it used itself`);
      }
      assert.deepEqual(await source.info(), {
        name: 'codex',
        title: 'Codex',
        path: join(home, '.codex'),
        found: true,
        count: 15,
        readOnly: (await source.info()).readOnly,
      });
      assert.deepEqual(await folderState(home), before);
    });
  });

  test('CODEX_HOME says where it is, and a store that is not there is empty', async () => {
    await withScratchFolder('codex', async (home) => {
      const source = codexSource({ env: { HOME: '/nowhere', CODEX_HOME: join(home, 'elsewhere') } });
      assert.equal((await source.info()).found, false);
      assert.deepEqual((await source.list()).rows, []);
      await writeRollout(join(home, 'elsewhere'), codexId(1), linesOf([codexMeta(codexId(1)), said('user', 'Here')]));
      assert.deepEqual(
        (await source.list()).rows.map(({ title }) => title),
        ['Here'],
      );
    });
  });

  test('only a changed file is read again, and its stamp differs', async () => {
    await withStore(async (home, fileOf) => {
      const source = codexSource({ env: { HOME: home } });
      const before = await source.list();
      await appendFile(fileOf(first), linesOf([said('user', 'One more', 30)]));
      const after = await source.list();
      const changed = [...after.stamps!].filter(([id, stamp]) => before.stamps!.get(id) !== stamp).map(([id]) => id);
      assert.deepEqual(changed, [`codex:${first}`]);
      const rowOf = ({ rows }: typeof before, id: string) => rows.find((row) => row.id === `codex:${id}`);
      assert.equal(rowOf(after, first)?.last_used_at, '2026-01-02T03:00:30.000Z');
      assert.deepEqual(rowOf(after, fork), rowOf(before, fork));
    });
  });

  test('an id from outside reaches no other file', async () => {
    await withStore(async (home) => {
      await writeFile(join(home, 'secret.jsonl'), linesOf([codexMeta('secret'), said('user', 'secret')]));
      const source = codexSource({ env: { HOME: home } });
      for (const id of ['../../secret', `../${first}`, '', '.', 'no-such'])
        await assert.rejects(source.read(id), (error) => error instanceof SessionError && error.code === 'not_found');
    });
  });

  test('a rollout that is a link or a folder is named, and not followed', async () => {
    await withStore(async (home, fileOf) => {
      await rm(fileOf(first));
      await writeFile(join(home, 'outside.jsonl'), linesOf([codexMeta(first), said('user', 'outside')]));
      await symlink(join(home, 'outside.jsonl'), fileOf(first));
      const { rows, problems } = await codexSource({ env: { HOME: home } }).list();
      assert.equal(rows.length, 14);
      assert.deepEqual(
        problems.map(({ path }) => path),
        [fileOf(first)],
      );
    });
  });
});

describe('a damaged Codex store', () => {
  const hurts: readonly [name: string, hurt: (path: string) => Promise<void>, row: 'whole' | 'damaged'][] = [
    ['empty', (path) => truncate(path), 'damaged'],
    ['cut in its first line', (path) => truncate(path, 300), 'damaged'],
    ['cut in the midst of a line', (path) => truncate(path, 9_000), 'whole'],
    ['zeros', (path) => writeFile(path, Buffer.alloc(5_000)), 'damaged'],
    ['not UTF-8', (path) => writeFile(path, Buffer.alloc(5_000, 0xff)), 'damaged'],
    ['an array', (path) => writeFile(path, '[]\n[1]\n"x"\nnull\n7\n'), 'damaged'],
    ['of wrong types', (path) => writeFile(path, wrongTypes), 'damaged'],
    [
      'with a line of 20 MB',
      (path) => appendFile(path, `{"timestamp":"2026-11-21T12:00:00Z","type":"x","payload":{"a":"${'x'.repeat(20_000_000)}"}}\n`),
      'whole',
    ],
    ['with a line of 20 MB that is nothing', (path) => appendFile(path, `${'x'.repeat(20_000_000)}\n`), 'whole'],
    ['with unknown records', (path) => appendFile(path, `${unknown}\n`), 'whole'],
  ];
  const unknown =
    '{"timestamp":"2026-11-21T12:00:00Z","type":"hologram","payload":{"type":"message","role":"user"}}\n{"type":"event_msg","payload":null}\n{}';
  const wrongTypes = [
    { timestamp: 7, type: 'session_meta', payload: { id: null, cwd: [], timestamp: {}, source: 3, git: 'x', history_base: 4 } },
    { timestamp: null, type: 'response_item', payload: { type: 'message', role: 7, content: 'x' } },
    { type: 'response_item', payload: { type: 'message', role: 'user', content: [null, 3, { text: 9 }] } },
    { type: 'response_item', payload: { type: 'function_call', name: 4, arguments: { a: 1 }, call_id: [] } },
    { type: 'response_item', payload: { type: 'function_call_output', call_id: null, output: null } },
    { type: 'event_msg', payload: { type: 'token_count', info: { total_token_usage: [], last_token_usage: 'x' } } },
    { type: 'event_msg', payload: { type: 'task_complete', error: 'x' } },
    { type: 'event_msg', payload: { type: 'item_completed', item: null } },
    { type: 'event_msg', payload: { type: 'thread_rolled_back', num_turns: 'all' } },
    { type: 'compacted', payload: { message: {} } },
    { type: 'token_usage_record', payload: { usage: { input_tokens: -3 } } },
    { type: 'turn_context', payload: { model: 4, cwd: 5 } },
  ]
    .map((record) => JSON.stringify(record))
    .join('\n');

  for (const [name, hurt, shown] of hurts) {
    test(`a rollout ${name}: its row says so, and all others are as before`, async () => {
      await withStore(async (home, fileOf) => {
        const others = (await codexSource({ env: { HOME: home } }).list()).rows.filter(({ id }) => id !== `codex:${first}`);
        await hurt(fileOf(first));
        const source = codexSource({ env: { HOME: home } });
        const { rows, problems } = await source.list();
        assert.deepEqual(
          rows.filter(({ id }) => id !== `codex:${first}`),
          others,
        );
        const row = rows.find(({ id }) => id === `codex:${first}`);
        sessionRowSchema.parse(row);
        assert.equal(row?.problem?.kind, shown === 'damaged' ? 'damaged' : undefined);
        assert.deepEqual(
          problems.map(({ path }) => path),
          shown === 'damaged' ? [fileOf(first)] : [],
        );
        for (const entry of await source.read(first)) entrySchema.parse(entry);
        for (const entry of await source.read(fork)) entrySchema.parse(entry);
      });
    });
  }

  test('wherever a rollout is cut, listing goes on and reading gives the beginning', async () => {
    const id = '01a1fdd7-b25f-71f1-b7e7-ec907a7754aa';
    await withStore(async (home, fileOf) => {
      const path = fileOf(id);
      const whole = await readFile(path);
      const texts = (entries: readonly Entry[]) => entries.filter(({ type }) => type === 'message').map((entry) => entry.id);
      const all = texts(await codexSource({ env: { HOME: home } }).read(id));
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
          await writeFile(path, whole.subarray(0, length));
          const source = codexSource({ env: { HOME: home } });
          assert.equal((await source.list()).rows.length, 15);
          const read = texts(await source.read(id));
          assert.deepEqual(read, all.slice(0, read.length));
        }),
        { numRuns: 60 },
      );
    });
  });

  test('ids that are empty, are no texts, or look like those that a repeated one gets: each entry has its own', async () => {
    await withScratchFolder('codex', async (home) => {
      const noText = { toString: 'not a function', valueOf: 7 };
      const reasoning = (id: unknown) => codexItem({ type: 'reasoning', id, summary: [{ text: 'hm' }] });
      const records = [
        codexMeta(codexId(1)),
        ...['', '', 'a', 'a', 'a~2', 'a', noText].map(reasoning),
        codexItem({ type: 'message', role: 'assistant', id: '', content: [{ text: 'An answer' }] }),
        codexItem({ type: 'function_call', call_id: '', id: 'c', name: 'constructor', arguments: '{}' }),
        codexItem({ type: 'function_call_output', call_id: noText, output: 'x' }),
        codexEvent({ type: 'patch_apply_end', call_id: noText }),
        codexEvent({ type: 'item_completed', item: { type: 'FileChange', id: noText } }),
        codexEvent({ type: 'item_completed', item: { type: 'Plan', id: '', text: 'A plan' } }),
        codexEvent({ type: 'thread_rolled_back', num_turns: noText }),
      ];
      await writeRollout(home, codexId(1), linesOf(records));
      const entries = await codexSource({ env: { CODEX_HOME: home } }).read(codexId(1));
      for (const entry of entries) entrySchema.parse(entry);
      assert.deepEqual(entries.map(({ type }) => type).join(' '), `${'thinking '.repeat(7)}message tool_call message`);
      assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
      assert.deepEqual(
        entries.slice(2, 6).map(({ id }) => id),
        ['a', 'a~2', 'a~2~2', 'a~3'],
      );
      const call = entries.find((entry) => entry.type === 'tool_call')?.call;
      assert.deepEqual([call?.id, call?.kind, call?.output], ['c', 'other', undefined]);
    });
  });

  test('any JSON in a rollout harms neither the list nor the reading', async () => {
    await withScratchFolder('codex', async (home) => {
      const kinds = fc.constantFrom('session_meta', 'response_item', 'event_msg', 'compacted', 'turn_context', 'token_usage_record');
      const types = fc.constantFrom(
        ...['message', 'agent_message', 'reasoning', 'function_call', 'function_call_output', 'custom_tool_call', 'web_search_call'],
        ...['token_count', 'item_completed', 'patch_apply_end', 'exec_command_end', 'task_started', 'task_complete', 'turn_aborted'],
        ...['error', 'thread_rolled_back'],
      );
      // What a reader may look for, and what every object has.
      const names = fc.constantFrom(
        ...['id', 'type', 'role', 'content', 'text', 'summary', 'message', 'info', 'item', 'output', 'call_id', 'changes', 'git', 'error'],
        ...['history_base', 'forked_from_id', 'thread_id', 'end_ordinal_exclusive', 'name', 'arguments', 'num_turns', 'image_url', 'plan'],
        ...['usage', 'thread_token_usage', 'total_token_usage', 'last_token_usage', 'input_tokens', 'total_tokens', 'model', 'timestamp'],
        ...['unified_diff', 'add', 'update', 'toString', 'valueOf', '__proto__', 'constructor'],
      );
      const plain = fc.oneof(
        fc.jsonValue({ stringUnit: 'binary' }),
        fc.constantFrom('', 'user', 'assistant', 'update_plan', 'constructor', '\ud800', codexId(1), codexId(2), 1e308, -1, 0.5, 2 ** 53),
      );
      const { value } = fc.letrec((tie) => ({
        value: fc.oneof(
          { depthSize: 'small' },
          plain,
          fc.array(tie('value'), { maxLength: 3 }),
          fc.dictionary(names, tie('value'), { maxKeys: 5 }),
        ),
      }));
      const id = fc.oneof(fc.constantFrom<unknown>('', 'a', 'a~2', { toString: 'a' }), value);
      const texts = fc.oneof(fc.constant([{ text: 'hm' }]), value);
      const item = fc.oneof(value, fc.record({ type: fc.constantFrom('Plan', 'FileChange'), id, text: texts }, { requiredKeys: [] }));
      const known = fc.record({ id, call_id: id, item, content: texts, summary: texts, num_turns: id }, { requiredKeys: [] });
      const payload = fc
        .tuple(types, known, fc.dictionary(names, value, { maxKeys: 5 }))
        .map(([type, some, rest]) => ({ ...rest, ...some, type }));
      const line = fc.oneof(
        value,
        payload,
        fc.record({ timestamp: value, ordinal: value, type: kinds, payload }, { requiredKeys: ['type'] }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
          await writeRollout(home, codexId(1), lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
          const source = codexSource({ env: { CODEX_HOME: home } });
          for (const row of (await source.list()).rows) sessionRowSchema.parse(row);
          const entries = await source.read(codexId(1));
          for (const entry of entries) entrySchema.parse(entry);
          assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length, 'each entry has its own id');
        }),
        { numRuns: 300 },
      );
    });
  });

  test('a file that vanishes is no problem, one that cannot be read is, and its last row stays', async () => {
    await withStore(async (home, fileOf) => {
      const source = codexSource({ env: { HOME: home } });
      await source.list();
      await rm(fileOf(first));
      const { rows, problems } = await source.list();
      assert.equal(rows.length, 14);
      assert.deepEqual(
        problems.map(({ kind, path }) => [kind, path]),
        [['orphaned', fileOf(fork)]],
        'its fork has lost what it begins with',
      );
      const [missing] = await source.read(fork);
      assert.match(missing ? entryOutline(missing) : '', /^system: What was said before is missing: rollout 01a1fdc7-4867/);
      await assert.rejects(source.read(first), (error) => error instanceof SessionError);
      await rm(fileOf(fork));
      await symlink('/nowhere', fileOf(fork));
      const after = await source.list();
      assert.ok(after.rows.some(({ id }) => id === `codex:${fork}`));
      assert.ok(after.problems.some(({ kind, path }) => kind === 'unreadable' && path === fileOf(fork)));
    });
  });

  test('a database that is half-written costs its names alone', async () => {
    await withStore(async (home) => {
      const database = join(home, '.codex/state_5.sqlite');
      for (const hurt of [() => truncate(database, 10_000), () => writeFile(database, 'no database'), () => truncate(database)]) {
        await hurt();
        const { rows, problems } = await codexSource({ env: { HOME: home } }).list();
        assert.equal(rows.length, 15);
        assert.ok(problems.every(({ path }) => path === database));
        assert.ok(
          rows.some(({ title }) => title === 'My renamed thread'),
          'the index tells that name too',
        );
      }
      await rm(database);
      await mkdir(database);
      assert.equal((await codexSource({ env: { HOME: home } }).list()).rows.length, 15);
    });
  });

  test('an index of names with damaged lines still tells the others', async () => {
    await withStore(async (home) => {
      await rm(join(home, '.codex/state_5.sqlite'));
      const lines = [
        '{"id":7}',
        'no json',
        `{"id":"${first}","thread_name":"Old"}`,
        `{"id":"${first}","thread_name":" New "}`,
        `{"id":"${first}","thread_na`,
      ];
      await appendFile(join(home, '.codex/session_index.jsonl'), lines.join('\n'));
      const { rows, problems } = await codexSource({ env: { HOME: home } }).list();
      assert.deepEqual(problems, []);
      assert.deepEqual(
        rows
          .filter(({ title_source }) => title_source === 'user')
          .map(({ title }) => title)
          .sort(),
        ['My renamed thread', 'New'],
      );
    });
  });

  test('an index of names that leads nowhere is a problem of its own', async () => {
    await withStore(async (home) => {
      const index = join(home, '.codex/session_index.jsonl');
      const count = (await codexSource({ env: { HOME: home } }).list()).rows.length;
      await rm(index);
      await symlink(index, index);
      const { rows, problems } = await codexSource({ env: { HOME: home } }).list();
      assert.equal(rows.length, count);
      assert.deepEqual(
        problems.map(({ kind, path }) => [kind, path]),
        [['unreadable', index]],
      );
    });
  });

  test('a new rollout of a new day is told', async () => {
    await withStore(async (home) => {
      const source = codexSource({ env: { HOME: home } });
      let calls = 0;
      const stop = source.watch(() => calls++);
      try {
        for (const place of ['sessions/2026/11/22', 'archived_sessions']) {
          const before = calls;
          await writeRollout(join(home, '.codex'), codexId(1), linesOf([codexMeta(codexId(1))]), place);
          while (calls === before) await delay(20);
        }
      } finally {
        stop();
      }
      assert.ok(calls >= 2);
    });
  });
});
