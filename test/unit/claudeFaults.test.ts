import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { entrySchema, type Entry } from '../../src/model/entry.js';
import { sessionRowSchema } from '../../src/model/row.js';
import { claudeSource } from '../../src/sources/claude/claude.js';
import { withClaudeStore, type ClaudeStore } from '../support/claudeStore.js';

const family = join(
  import.meta.dirname,
  '../fixtures/claude-family/.claude/projects/-projects-myapp/aaaaaaaa-0000-4000-8000-000000000001.jsonl',
);
const text = (words: string) => ({ type: 'text', text: words });

/** A whole session beside whatever is broken: it must be there, whatever the others are. */
async function besideWhole(store: ClaudeStore, broken: number) {
  store.session('whole', [store.prompt('u', 'all is well'), store.answer('a', 'u', [text('yes')])]);
  const { rows, problems } = await claudeSource({ env: { HOME: store.home } }).list();
  for (const row of rows) sessionRowSchema.parse(row);
  assert.ok(rows.some(({ id, problem }) => id === 'claude:whole' && !problem));
  assert.equal(problems.length, broken);
  return { rows, problems };
}

describe('a damaged store of Claude Code', () => {
  test('each file without a record is a problem with its name, and hides no other', async () => {
    await withClaudeStore(async (store) => {
      const paths = ['empty', 'zeros', 'garbage', 'list'].map((id) => store.session(id, []));
      writeFileSync(paths[1]!, Buffer.alloc(100_000));
      writeFileSync(paths[2]!, 'not json\n\u{1F980}{{{\n');
      writeFileSync(paths[3]!, '[1,2]\n"x"\nnull\n7\n');
      const { rows, problems } = await besideWhole(store, 4);
      assert.deepEqual(problems.map(({ path }) => path).sort(), [...paths].sort());
      assert.equal(rows.filter(({ status }) => status === 'error').length, 4);
    });
  });

  test('links, folders and unreadable names where files should be', async () => {
    await withClaudeStore(async (store) => {
      const path = store.session('x', []);
      rmSync(path);
      symlinkSync('/etc/hostname', path);
      mkdirSync(store.path('folder'));
      writeFileSync(join(store.projects, 'stray.txt'), 'x');
      const { problems } = await besideWhole(store, 1);
      assert.equal(problems[0]?.path, path);
    });
  });

  test('wrong types, nulls and unknown kinds are passed over, and the rest is read', async () => {
    await withClaudeStore(async (store) => {
      const odd = { uuid: 'o', timestamp: 7, cwd: null, gitBranch: [], version: {}, sessionId: 5, parentUuid: 3 };
      store.session('one', [
        { type: 'user', ...odd, message: null },
        { type: 'user', ...odd, uuid: 'o2', message: { content: [null, 5, 'x', { type: 'text', text: null }, { type: 'tool_result' }] } },
        {
          type: 'assistant',
          ...odd,
          uuid: 'o3',
          message: { content: [{ type: 'tool_use', input: null }], usage: { input_tokens: '5', output_tokens: -1 } },
        },
        { type: 'assistant', ...odd, uuid: 'o4', message: { id: 9, model: 4, content: 'plain words', usage: [] } },
        { type: 'attachment', ...odd, uuid: 'o5', attachment: null },
        { type: 'system', ...odd, uuid: 'o6', subtype: 'compact_boundary', compactMetadata: 'x' },
        { type: 'constructor', uuid: 'o7' },
        { type: 'cost-state', totalCostUSD: 'x', modelUsage: { m: null } },
        { type: 'custom-title', customTitle: null },
        { type: 'from-the-future', uuid: 'f', anything: [1, 2] },
        store.prompt('u', 'still here'),
      ]);
      const { rows } = await besideWhole(store, 0);
      assert.equal(rows.find(({ id }) => id === 'claude:one')?.prompt, 'still here');
      const entries = await claudeSource({ env: { HOME: store.home } }).read('one');
      for (const entry of entries) entrySchema.parse(entry);
      assert.ok(JSON.stringify(entries).includes('plain words'));
      assert.ok(JSON.stringify(entries).includes('still here'));
    });
  });

  test('a line longer than a text can be costs no more than itself', async () => {
    await withClaudeStore(async (store) => {
      const path = store.session('one', [store.prompt('u', 'before')]);
      writeFileSync(path, `{"type":"user","x":"${'y'.repeat(66 * 1024 * 1024)}"}\n`, { flag: 'a' });
      store.append('one', [store.prompt('v', 'behind', { parentUuid: 'u', timestamp: '2026-02-01T10:00:00.000Z' })]);
      const { rows } = await besideWhole(store, 0);
      assert.equal(rows.find(({ id }) => id === 'claude:one')?.last_used_at, '2026-02-01T10:00:00.000Z');
      const entries = await claudeSource({ env: { HOME: store.home } }).read('one');
      assert.deepEqual(
        entries.map(({ id }) => id),
        ['u', 'v'],
      );
    });
  });

  test('what vanishes is not there, and a folder in its place is no session', async () => {
    await withClaudeStore(async (store) => {
      const path = store.session('one', [store.prompt('u', 'hello')]);
      const source = claudeSource({ env: { HOME: store.home } });
      assert.equal((await source.list()).rows.length, 1);
      rmSync(path);
      await assert.rejects(source.read('one'), /has no session one/);
      assert.deepEqual((await source.list()).rows, []);
      store.session('one', [store.prompt('u', 'hello')]);
      assert.equal((await source.list()).rows.length, 1);
      rmSync(path);
      mkdirSync(path);
      assert.deepEqual((await source.list()).rows, []);
    });
  });

  test('a list that is given up stops', async () => {
    await withClaudeStore(async (store) => {
      for (let index = 0; index < 200; index++) store.session(`s${index}`, [store.prompt('u', 'x')]);
      await assert.rejects(claudeSource({ env: { HOME: store.home } }).list(AbortSignal.abort()), { name: 'AbortError' });
    });
  });

  test('property: a file cut anywhere is listed without a throw, and what is read is what stood before the cut', async () => {
    const whole = readFileSync(family);
    await withClaudeStore(async (store) => {
      const path = store.session('one', []);
      const source = claudeSource({ env: { HOME: store.home } });
      writeFileSync(path, whole);
      await source.list();
      const all = (await source.read('one')).map(({ id }) => id);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
          writeFileSync(path, whole);
          truncateSync(path, length);
          const { rows, problems } = await source.list();
          assert.ok(rows.length <= 1 && problems.length <= 1);
          if (rows.length === 0 || problems.length > 0) return;
          const entries: readonly Entry[] = await source.read('one');
          const ids = entries.map(({ id }) => id).filter((id) => !id.endsWith(':usage'));
          assert.deepEqual(ids, all.filter((id) => !id.endsWith(':usage')).slice(0, ids.length));
        }),
        { numRuns: 150 },
      );
    });
  });

  test('property: any bytes changed in a file break no list and no read', async () => {
    const whole = readFileSync(family);
    await withClaudeStore(async (store) => {
      const path = store.session('one', []);
      const source = claudeSource({ env: { HOME: store.home } });
      const change = fc.record({ at: fc.nat(whole.length - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const bytes = Buffer.from(whole);
          for (const { at, bytes: other } of changes) bytes.set(other.subarray(0, whole.length - at), at);
          writeFileSync(path, bytes);
          const { rows } = await source.list();
          for (const row of rows) sessionRowSchema.parse(row);
          if (rows.length > 0 && !rows[0]?.problem) for (const entry of await source.read('one')) entrySchema.parse(entry);
        }),
        { numRuns: 100 },
      );
    });
  });
});
