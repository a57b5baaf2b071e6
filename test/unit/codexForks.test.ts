import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as zlib from 'node:zlib';
import { codexSource } from '../../src/sources/codex/codex.js';
import { inheritedTokens, outlinesOf, ownTokens, readRollouts, type CodexRecords } from '../support/codexReading.js';
import { codexId, codexItem, codexLine, codexMeta, linesOf, said, tokenCount, writeRollout } from '../support/codexRollout.js';
import { openFiles } from '../support/openFiles.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { until } from '../support/until.js';

const [one, two, three, four] = [codexId(1), codexId(2), codexId(3), codexId(4)];

describe('threads that go on from others', () => {
  const parent = [
    codexLine('session_meta', { id: one, cwd: '/projects/app' }, 0, 0),
    ...[said('user', 'Parent asks', 1), said('assistant', 'Parent answers', 1), tokenCount([100, 10], [100, 10], 1)].map(
      (record, index) => ({ ...record, ordinal: index + 1 }),
    ),
    ...[said('user', 'Later', 2), said('assistant', 'Later still', 2), tokenCount([300, 30], [200, 20], 2)].map((record, index) => ({
      ...record,
      ordinal: index + 4,
    })),
  ];
  const own = [said('user', 'Fork asks', 3), said('assistant', 'Fork answers', 3), tokenCount([150, 15], [50, 5], 3)];
  const offset = Buffer.byteLength(linesOf(parent.slice(0, 4)));
  const bare = parent.map(({ ordinal: _, ...record }: Record<string, unknown>) => record);

  const bases: readonly [name: string, parent: CodexRecords, meta: Record<string, unknown>, ordinal?: number][] = [
    ['ordinal and bytes', parent, { history_base: { thread_id: one, end_ordinal_exclusive: 4, end_byte_offset: offset } }],
    ['ordinal, the bytes being wrong', parent, { history_base: { thread_id: one, end_ordinal_exclusive: 4, end_byte_offset: 7 } }],
    ['bytes alone', bare, { history_base: { thread_id: one, end_byte_offset: Buffer.byteLength(linesOf(bare.slice(0, 4))) } }],
    ['the number of lines', bare, { history_base: { thread_id: one, end_ordinal_exclusive: 4 } }],
    ['the fork’s own first ordinal', parent, { forked_from_ordinal_exclusive: 4 }, 4],
  ];
  for (const [name, from, meta, ordinal] of bases) {
    test(`a fork that points into its parent by ${name} is read whole, and counts its own`, async () => {
      const head = codexLine('session_meta', { id: two, cwd: '/projects/app', forked_from_id: one, ...meta }, 3, ordinal);
      const { row, entries, problems } = await readRollouts({ [one]: from, [two]: [head, ...own] }, two);
      assert.deepEqual(problems, []);
      assert.deepEqual(outlinesOf(entries), [
        'user: Parent asks',
        'assistant: Parent answers',
        'user: Fork asks',
        'assistant: Fork answers {50 5 0 0 55}',
      ]);
      assert.deepEqual(inheritedTokens(entries), [0, 110, undefined, undefined]);
      assert.deepEqual([row.parent_id, row.tokens, ownTokens(entries), row.prompt], [`codex:${one}`, 55, 55, 'Fork asks']);
    });
  }

  test('a fork that begins with a copy of its parent inherits as much as is the same', async () => {
    const copy = bare.slice(0, 4).map((record) => ({ ...record, timestamp: '2026-01-02T03:00:03.000Z' }));
    const { row, entries } = await readRollouts({ [one]: bare, [two]: [codexMeta(two, { forked_from_id: one }), ...copy, ...own] }, two);
    assert.deepEqual(outlinesOf(entries), [
      'user: Parent asks',
      'assistant: Parent answers',
      'user: Fork asks',
      'assistant: Fork answers {50 5 0 0 55}',
    ]);
    assert.deepEqual(inheritedTokens(entries), [0, 110, undefined, undefined]);
    assert.deepEqual([row.tokens, ownTokens(entries)], [55, 55]);
    // Without its parent nobody else counts it.
    const alone = await readRollouts({ [two]: [codexMeta(two, { forked_from_id: one }), ...copy, ...own] }, two);
    assert.deepEqual([alone.row.tokens, ownTokens(alone.entries), alone.problems], [165, 165, []]);
  });

  test('a fork of a fork, and forks that point at each other', async () => {
    const base = (id: string, end: number) => ({ history_base: { thread_id: id, end_ordinal_exclusive: end } });
    const second = [
      codexLine('session_meta', { id: two, forked_from_id: one, cwd: '/a', ...base(one, 4) }, 3, 4),
      ...own.map((record, index) => ({ ...record, ordinal: index + 5 })),
    ];
    const third = [
      codexLine('session_meta', { id: three, forked_from_id: two, cwd: '/a', ...base(two, 8) }, 4, 8),
      said('user', 'Third', 4),
      said('assistant', 'Third answer', 4),
      tokenCount([151, 16], [1, 1], 4),
    ];
    const { row, entries, rows } = await readRollouts({ [one]: parent, [two]: second, [three]: third }, three);
    assert.deepEqual(inheritedTokens(entries), [0, 110, 0, 55, undefined, undefined]);
    assert.equal(row.tokens, 2);
    assert.equal(
      rows.reduce((sum, { tokens }) => sum + tokens, 0),
      330 + 55 + 2,
      'everything is counted once',
    );
    const loop = (id: string, to: string) => [codexMeta(id, { forked_from_id: to, ...base(to, 9) }), said('user', id)];
    const looped = await readRollouts({ [one]: loop(one, two), [two]: loop(two, one) }, one);
    assert.deepEqual(outlinesOf(looped.entries), [`user: ${two}`, `user: ${one}`]);
  });

  test('a thread that goes on in another file is one, and nothing of it is inherited', async () => {
    await withScratchFolder('codex', async (home) => {
      await writeRollout(home, one, linesOf(parent));
      const rollover = [
        codexLine('session_meta', { id: one, cwd: '/projects/app', history_base: { thread_id: one, end_ordinal_exclusive: 4 } }, 5, 4),
        ...own,
      ];
      await writeRollout(home, `${one}_${codexId(9)}`, linesOf(rollover));
      const source = codexSource({ env: { CODEX_HOME: home } });
      const { rows } = await source.list();
      assert.deepEqual(
        rows.map(({ id, tokens }) => [id, tokens]),
        [[`codex:${one}`, 165]],
      );
      const entries = await source.read(one);
      assert.deepEqual(outlinesOf(entries), [
        'user: Parent asks',
        'assistant: Parent answers {100 10 0 0 110}',
        'user: Fork asks',
        'assistant: Fork answers {50 5 0 0 55}',
      ]);
    });
  });

  test('a fork without a word of its own leaves its parent’s file closed, and so does a compressed one that is only looked at', async () => {
    await withScratchFolder('codex', async (home) => {
      const copy = [codexMeta(two, { forked_from_id: one }), ...bare.slice(0, 4)];
      await writeRollout(home, one, linesOf(bare));
      await writeRollout(home, two, linesOf(copy));
      const many = Array.from({ length: 40_000 }, (_, index) => said('assistant', String(index * 7919)));
      await writeRollout(home, three, zlib.zstdCompressSync(linesOf([codexMeta(three), ...many])), 'archived_sessions', '.zst');
      const base = { history_base: { thread_id: three, end_ordinal_exclusive: 2 } };
      await writeRollout(home, four, linesOf([codexMeta(four, base), ...own]));
      const source = codexSource({ env: { CODEX_HOME: home } });
      await source.list();
      const before = openFiles();
      for (let read = 0; read < 4; read++) {
        assert.equal((await source.read(two)).length, 2);
        assert.equal((await source.read(four)).length, 3);
      }
      await until('every file is closed', () => openFiles() <= before);
    });
  });

  const loops: readonly [name: string, forks: Readonly<Record<string, string>>][] = [
    ['itself', { [one]: one }],
    ['one that says it was forked from this one', { [one]: two, [two]: one }],
  ];
  for (const [name, forks] of loops) {
    test(`a thread that says it was forked from ${name} is read as it stands`, async () => {
      const rollouts = Object.entries(forks).map(([id, from]) => [id, [codexMeta(id, { forked_from_id: from }), ...own]] as const);
      const { entries } = await readRollouts(Object.fromEntries(rollouts), one);
      assert.deepEqual(
        outlinesOf(entries).map((line) => line.replace(/ \{.*/, '')),
        ['user: Fork asks', 'assistant: Fork answers'],
      );
    });
  }

  test('a sub-agent has the thread that started it for parent, and its task for prompt', async () => {
    const spawn = { parent_thread_id: one, depth: 1, agent_nickname: 'Ada', agent_role: 'explorer' };
    const { row } = await readRollouts(
      {
        [one]: [
          codexMeta(one, { source: { subagent: { thread_spawn: spawn } } }),
          codexItem({ type: 'agent_message', content: [{ type: 'input_text', text: 'Look around' }] }),
        ],
      },
      one,
    );
    assert.deepEqual([row.parent_id, row.prompt, row.metadata['agent']], [`codex:${one}`, 'Look around', 'Ada']);
  });
});
