import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { entrySchema } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { SessionError } from '../../src/model/errors.js';
import { sessionRowSchema } from '../../src/model/row.js';
import { claudeSource } from '../../src/sources/claude/claude.js';
import type { ClaudeStore } from '../support/claudeStore.js';
import { withClaudeStore } from '../support/claudeStore.js';
import { folderState } from '../support/folderState.js';

interface Expected {
  readonly workdir: string;
  readonly version: string;
  readonly branch: string;
  readonly sessions: Readonly<Record<string, ExpectedSession>>;
}

interface ExpectedSession {
  readonly title: string;
  readonly title_source?: string;
  readonly prompt: string;
  readonly model?: string;
  readonly status?: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly tokens: readonly number[];
  readonly cost_usd: number | null;
  readonly parent?: string;
  readonly entries: readonly (readonly unknown[])[];
}

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures', name);

/** An entry in the short form of `expected.json`. */
function brief(entry: Entry): readonly unknown[] {
  switch (entry.type) {
    case 'message': {
      const usage = entry.usage ?? entry.inherited?.usage;
      const counts = usage ? [usage.input, usage.output, usage.cached] : [];
      return [entry.message.role, textOf(entry.message.content), ...(entry.inherited ? ['inherited'] : []), ...counts];
    }
    case 'tool_call':
      return ['tool', entry.call['name'], entry.call.status, entry.call.output];
    case 'compact':
      return ['compact', entry.reason, entry.tokens_before];
    case 'thinking':
      return ['thinking', entry.text];
    default:
      return [entry.type];
  }
}

describe('the Claude Code store', () => {
  for (const name of ['claude', 'claude-family']) {
    test(`fixture ${name}: rows and transcripts are as its files say, and nothing is left behind`, async () => {
      const expected = JSON.parse(await readFile(join(fixture(name), 'expected.json'), 'utf8')) as Expected;
      const before = await folderState(fixture(name));
      const source = claudeSource({ env: { HOME: fixture(name) } });
      const info = await source.info();
      assert.deepEqual([info.found, info.count, info.version], [true, Object.keys(expected.sessions).length, expected.version]);
      const { rows, problems, stamps } = await source.list();
      assert.deepEqual(problems, []);
      assert.deepEqual(
        rows.map(({ id }) => id).sort(),
        Object.keys(expected.sessions)
          .map((id) => `claude:${id}`)
          .sort(),
      );
      for (const [id, want] of Object.entries(expected.sessions)) {
        const row = rows.find((candidate) => candidate.id === `claude:${id}`);
        sessionRowSchema.parse(row);
        assert.ok(row);
        const isAgent = id.startsWith('agent-');
        assert.equal(row.title, want.title, id);
        assert.equal(row.title_source, want.title_source ?? 'auto');
        assert.equal(row.prompt, want.prompt);
        assert.equal(row.backend, 'claude');
        assert.equal(row.backend_session_id, isAgent ? undefined : id);
        assert.equal(row.model, want.model);
        assert.equal(row.status, want.status ?? 'active');
        assert.equal(row.created_at, want.created_at);
        assert.equal(row.last_used_at, want.last_used_at);
        assert.equal(row.workdir, expected.workdir);
        assert.deepEqual([row.token_usage.input, row.token_usage.output, row.token_usage.cached], want.tokens, id);
        assert.equal(row.tokens, want.tokens[0]! + want.tokens[1]!);
        assert.equal(row.cost_usd === null ? null : row.cost_usd.toFixed(9), want.cost_usd === null ? null : want.cost_usd.toFixed(9), id);
        assert.equal(row.parent_id, want.parent === undefined ? undefined : `claude:${want.parent}`);
        assert.equal(row.metadata['branch'], expected.branch);
        assert.ok(stamps?.get(row.id));
        const entries = await source.read(id);
        for (const entry of entries) entrySchema.parse(entry);
        assert.equal(new Set(entries.map((entry) => entry.id)).size, entries.length);
        const told = entries.map(brief);
        assert.deepEqual(
          told.map((entry, index) => entry.slice(0, want.entries[index]?.length)),
          want.entries,
          id,
        );
        // Where the file has only entries of its own, the costs of its messages add up to what it says it cost.
        if (!isAgent) {
          const costs = entries.reduce((sum, entry) => sum + ((entry.type === 'message' && entry.usage?.cost_usd) || 0), 0);
          assert.equal(costs.toFixed(9), (want.cost_usd ?? 0).toFixed(9), id);
        }
      }
      assert.deepEqual(await folderState(fixture(name)), before);
    });
  }

  test('what went wrong and what was stopped is said at the message', async () => {
    const source = claudeSource({ env: { HOME: fixture('claude') } });
    const last = async (id: string) => {
      const entry = (await source.read(id)).at(-1);
      assert.equal(entry?.type, 'message');
      return entry.type === 'message' ? [entry.stop_reason, entry.error, entry.model] : [];
    };
    assert.deepEqual(await last('49148476-7056-4c4b-9e13-82d80cc86a04'), ['cancelled', undefined, 'claude-opus-5-5']);
    const failure = 'API Error: Request rejected (429) · Fake rate limit reached';
    assert.deepEqual(await last('103eec5e-7425-4c1f-9e7d-635e1ba273f2'), ['error', failure, undefined]);
    assert.deepEqual(await last('be8652a9-5ff1-4e14-9f0a-08a5cbc4465c'), ['end_turn', undefined, 'claude-opus-5-5']);
  });

  test('a tool call has its input, its title, its kind and the change it made', async () => {
    const source = claudeSource({ env: { HOME: fixture('claude-family') } });
    const calls = (await source.read('aaaaaaaa-0000-4000-8000-000000000001')).flatMap((entry) =>
      entry.type === 'tool_call' ? [entry.call] : [],
    );
    assert.deepEqual(
      calls.map(({ kind, title, locations }) => [kind, title, locations?.[0]?.path]),
      [
        ['think', 'Agent look around', undefined],
        ['execute', 'echo hi', undefined],
        ['execute', 'false', undefined],
        ['edit', 'Write /projects/myapp/a.txt', '/projects/myapp/a.txt'],
        ['edit', 'Edit /projects/myapp/a.txt', '/projects/myapp/a.txt'],
      ],
    );
    assert.deepEqual(calls[1]?.input, { command: 'echo hi', description: 'd' });
    assert.deepEqual(calls[3]?.diff, [{ path: '/projects/myapp/a.txt', old_text: null, new_text: 'one\ntwo\n' }]);
    assert.deepEqual(calls[4]?.diff, [{ path: '/projects/myapp/a.txt', old_text: 'two', new_text: 'three' }]);
  });

  test('the program has homes of its own', async () => {
    const home = fixture('claude');
    const moved = claudeSource({ env: { HOME: '/nowhere', CLAUDE_CONFIG_DIR: join(home, '.claude') } });
    assert.equal((await moved.list()).rows.length, 12);
    const none = claudeSource({ env: { HOME: join(home, 'nowhere') } });
    assert.equal((await none.info()).found, false);
    assert.deepEqual((await none.list()).rows, []);
  });

  test('lists at the same time find the same', async () => {
    const source = claudeSource({ env: { HOME: fixture('claude-family') } });
    const lists = await Promise.all([source.list(), source.list(), source.info(), source.list()]);
    for (const list of lists) assert.equal('rows' in list ? list.rows.length : list.count, 4);
    assert.equal((await source.list()).rows.length, 4);
  });

  test('an id is only ever looked for among those listed', async () => {
    const source = claudeSource({ env: { HOME: fixture('claude') } });
    for (const id of ['../../.claude.json', '', 'nobody', '/etc/passwd']) {
      await assert.rejects(source.read(id), (error) => error instanceof SessionError && error.code === 'not_found');
    }
  });

  test('an append is in the next list, and changes the stamp of its session only', async () => {
    await withClaudeStore(async (store) => {
      const source = claudeSource({ env: { HOME: store.home } });
      store.session('one', [store.prompt('u1', 'first words')]);
      store.session('two', [store.prompt('u2', 'other words')]);
      const before = (await source.list()).stamps;
      store.append('one', [store.answer('a1', 'u1', [{ type: 'text', text: 'an answer' }], { at: '2026-02-02T10:00:00.000Z' })]);
      const { rows, stamps } = await source.list();
      assert.equal(rows.find(({ id }) => id === 'claude:one')?.last_used_at, '2026-02-02T10:00:00.000Z');
      assert.notEqual(stamps?.get('claude:one'), before?.get('claude:one'));
      assert.equal(stamps?.get('claude:two'), before?.get('claude:two'));
      assert.equal((await source.read('one')).length, 2);
    });
  });

  test('a fixture is copied, listed and read with not one byte changed', async () => {
    await withClaudeStore(async (store: ClaudeStore) => {
      await cp(join(fixture('claude-family'), '.claude'), join(store.home, '.claude'), { recursive: true });
      const before = await folderState(store.home);
      const source = claudeSource({ env: { HOME: store.home } });
      for (const { id } of (await source.list()).rows) await source.read(id.slice('claude:'.length));
      assert.deepEqual(await folderState(store.home), before);
    });
  });
});
