import assert from 'node:assert/strict';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { describe, test } from 'node:test';
import * as zlib from 'node:zlib';
import { codexSource } from '../../src/sources/codex/codex.js';
import { outlinesOf, readRollouts, type CodexRecords } from '../support/codexReading.js';
import { codexEvent, codexId, codexItem, codexLine, codexMeta, linesOf, said, tokenCount, writeRollout } from '../support/codexRollout.js';
import { withScratchFolder } from '../support/scratchFolder.js';

const [one, two] = [codexId(1), codexId(2)];

const environment = said('user', '<environment_context>\n  <cwd>/projects/app</cwd>\n</environment_context>');
const turn = (prompt: string, answer: string, total: [number, number], last: [number, number], second = 0): CodexRecords => [
  codexEvent({ type: 'task_started' }, second),
  said('user', prompt, second),
  codexEvent({ type: 'user_message', message: prompt }, second),
  said('assistant', answer, second),
  codexEvent({ type: 'agent_message', message: answer }, second),
  tokenCount(total, last, second),
  codexEvent({ type: 'task_complete' }, second),
];

describe('what other versions of Codex wrote', () => {
  test('2025: running totals alone, told more than once, and begun anew after an overflow', async () => {
    const overflow = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0, total_tokens: 9_000 };
    const last = { ...overflow, input_tokens: 7, output_tokens: 1, total_tokens: 8 };
    const afterOverflow = { total_token_usage: { ...last, total_tokens: 9_008 }, last_token_usage: last };
    const { row, entries } = await readRollouts(
      {
        [one]: [
          codexMeta(one, { git: { branch: 'main' } }),
          environment,
          codexLine('turn_context', { cwd: '/projects/app', model: 'gpt-5' }),
          ...turn('Fix the bug\nplease', 'Done', [100, 10], [100, 10], 1),
          tokenCount([100, 10], [100, 10], 2),
          ...turn('Again', 'Sure', [250, 30], [150, 20], 3),
          codexEvent({ type: 'token_count', info: { total_token_usage: overflow, last_token_usage: overflow } }, 4),
          ...turn('And again', 'Yes', [7, 1], [7, 1], 5).slice(0, 5),
          codexEvent({ type: 'token_count', info: afterOverflow }, 5),
        ],
      },
      one,
    );
    assert.deepEqual(outlinesOf(entries), [
      'user: Fix the bug\nplease',
      'assistant: Done {100 10 0 0 110}',
      'user: Again',
      'assistant: Sure {150 20 0 0 170}',
      'user: And again',
      'assistant: Yes {7 1 0 0 8}',
    ]);
    const { title, model, tokens, metadata, created_at, last_used_at } = row;
    assert.deepEqual([title, model, tokens], ['Fix the bug', 'gpt-5', 288]);
    assert.deepEqual(metadata, { branch: 'main', originator: 'codex_cli_rs' });
    assert.deepEqual([created_at, last_used_at], ['2026-01-02T03:00:00.000Z', '2026-01-02T03:00:05.000Z']);
  });

  test('until September 2025: records without an envelope', async () => {
    const { row, entries } = await readRollouts(
      {
        [one]: [
          { id: one, timestamp: '2025-07-01T10:00:00.000Z', instructions: null, git: { branch: 'old' } },
          { record_type: 'state' },
          {
            type: 'message',
            role: 'user',
            content: [
              { type: 'input_text', text: '<environment_context>\nCurrent working directory: /projects/old\n</environment_context>' },
            ],
          },
          { type: 'message', id: null, role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: '**Greeting**' }] },
          { type: 'function_call', name: 'shell', arguments: '{"command":["bash","-lc","ls"]}', call_id: 'c1' },
          { type: 'function_call_output', call_id: 'c1', output: '{"output":"a.ts\\n","metadata":{"exit_code":2}}' },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] },
        ],
      },
      one,
    );
    assert.deepEqual(outlinesOf(entries), [
      'user: Hello',
      'thinking: **Greeting**',
      'execute failed: ls <- {"command":["bash","-lc","ls"]} -> a.ts\n',
      'assistant: Hi',
    ]);
    assert.deepEqual(
      [row.workdir, row.prompt, row.created_at, row.metadata],
      ['/projects/old', 'Hello', '2025-07-01T10:00:00.000Z', { branch: 'old' }],
    );
    assert.ok(entries.every(({ timestamp }) => timestamp === '2025-07-01T10:00:00.000Z'));
  });

  test('keys in another order and with spaces are read the same', async () => {
    await withScratchFolder('codex', async (home) => {
      const records = [
        codexMeta(one, { base_instructions: { text: 'x'.repeat(9_000) } }),
        environment,
        ...turn('Order', 'Any', [5, 2], [5, 2], 1),
      ];
      const text = records.map(
        (record) => `${JSON.stringify(Object.fromEntries(Object.entries(record).reverse()), undefined, 1).replaceAll('\n', '')}\n`,
      );
      await writeRollout(home, one, linesOf(records));
      const source = codexSource({ env: { CODEX_HOME: home } });
      const before = [(await source.list()).rows, await source.read(one)];
      await writeRollout(home, one, text.join(''));
      const again = codexSource({ env: { CODEX_HOME: home } });
      assert.deepEqual([(await again.list()).rows, await again.read(one)], before);
    });
  });
});

describe('what Codex can do in a turn', () => {
  test('tools are paired with their outputs, patches are diffs, and a plan is a plan', async () => {
    const patch =
      '*** Begin Patch\n*** Update File: a.ts\n@@ f\n keep\n-old\n+new\n@@\n-x\n+y\n*** Add File: b.ts\n+one\n+two\n*** Delete File: c.ts\n*** End Patch\n';
    const call = (id: string, name: string, args: object) =>
      codexItem({ type: 'function_call', name, arguments: JSON.stringify(args), call_id: id });
    const output = (id: string, text: unknown) => codexItem({ type: 'function_call_output', call_id: id, output: text });
    const { entries } = await readRollouts(
      {
        [one]: [
          codexMeta(one),
          said('user', 'Work'),
          codexItem({ type: 'custom_tool_call', name: 'apply_patch', input: patch, call_id: 'p1', status: 'completed' }),
          call('x1', 'exec_command', { cmd: 'npm test' }),
          codexItem({ type: 'custom_tool_call_output', call_id: 'p1', output: '{"output":"Success.","metadata":{"exit_code":0}}' }),
          output('x1', 'Chunk ID: 1\nProcess exited with code 1\nOutput:\nfailed\n'),
          codexItem({ type: 'local_shell_call', call_id: 'l1', action: { type: 'exec', command: ['ls', '-a'] } }),
          output('l1', [{ type: 'input_text', text: '.' }]),
          call('d1', 'shell', { command: 'rm x' }),
          output('d1', 'exec command rejected by user'),
          call('m1', 'mcp__files__move', { path: 'a' }),
          output('m1', { content: 'moved', success: true }),
          call('u1', 'update_plan', {
            plan: [
              { step: 'Read', status: 'completed' },
              { step: 'Write', status: 'in_progress' },
            ],
          }),
          output('u1', 'Plan updated'),
          codexItem({ type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'zstd' } }),
          codexItem({ type: 'custom_tool_call', name: 'apply_patch', input: 'odd', call_id: 'p2' }),
          codexEvent({
            type: 'patch_apply_end',
            call_id: 'p2',
            success: false,
            changes: { '/projects/app/d.ts': { type: 'update', unified_diff: '@@ -1,2 +1,2 @@\n a\n-b\n+c\n', move_path: null } },
          }),
          codexEvent({ type: 'item_completed', item: { type: 'Plan', id: 'plan-1', text: 'A plan in words' } }),
          call('r1', 'exec_command', { cmd: 'sleep 9' }),
          codexEvent({ type: 'turn_aborted', reason: 'interrupted' }),
        ],
      },
      one,
    );
    assert.deepEqual(outlinesOf(entries).slice(1), [
      `edit completed: Edit a.ts, b.ts, c.ts <- ${JSON.stringify(patch)} -> Success.` +
        ' [a.ts: "keep\\nold" => "keep\\nnew"] [a.ts: "x" => "y"] [b.ts: null => "one\\ntwo"] [c.ts: null => ""]',
      'execute failed: npm test <- {"cmd":"npm test"} -> Chunk ID: 1\nProcess exited with code 1\nOutput:\nfailed\n',
      'execute completed: ls -a <- {"type":"exec","command":["ls","-a"]} -> .',
      'execute denied: rm x <- {"command":"rm x"} -> exec command rejected by user',
      'other completed: mcp  files  move: a <- {"path":"a"} -> moved',
      'plan',
      'search completed: web search: zstd <- {"type":"search","query":"zstd"}',
      'edit failed: apply_patch <- "odd" [/projects/app/d.ts: "a\\nb" => "a\\nc"]',
      'assistant: A plan in words',
      'execute cancelled: sleep 9 <- {"cmd":"sleep 9"}',
    ]);
    assert.deepEqual(
      entries.flatMap((entry) => (entry.type === 'message' && entry.stop_reason ? [entry.stop_reason] : [])),
      ['cancelled'],
    );
    const plan = entries.find((entry) => entry.type === 'plan');
    assert.deepEqual(plan?.steps, [
      { text: 'Read', status: 'done' },
      { text: 'Write', status: 'doing' },
    ]);
  });

  test('compactions, turns taken back, images, and what is not the person’s own words', async () => {
    const { row, entries } = await readRollouts(
      {
        [one]: [
          codexMeta(one),
          said('user', '# AGENTS.md instructions for /projects/app\n\n<INSTRUCTIONS>\nBe nice\n</INSTRUCTIONS>'),
          environment,
          codexItem({ type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'rules' }] }),
          ...turn('# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nFirst', 'A', [10, 1], [10, 1], 1),
          said('assistant', 'Summary so far', 2),
          tokenCount([13, 3], [3, 2], 2),
          codexLine('compacted', { message: 'What another model said:\nSummary so far' }, 2),
          ...turn('Second', 'B', [23, 4], [10, 1], 3),
          codexEvent({ type: 'thread_rolled_back', num_turns: 1 }, 4),
          codexItem(
            {
              type: 'message',
              id: 'm1',
              role: 'user',
              content: [
                { type: 'input_text', text: 'See' },
                { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
              ],
            },
            5,
          ),
          said('user', '<turn_aborted>\nThe user interrupted the previous turn.\n</turn_aborted>', 6),
          codexLine('compacted', { message: '', replacement_history: [] }, 7),
        ],
      },
      one,
    );
    assert.equal(row.prompt, 'First');
    assert.deepEqual(outlinesOf(entries), [
      'user: First',
      'assistant: A {10 1 0 0 11}',
      'compact: Summary so far',
      'user: See\n\n[image] (image/png AAAA)',
      'compact: ',
    ]);
    const [compact] = entries.slice(-1);
    assert.equal(compact?.type === 'compact' ? compact.first_kept : '', entries[0]?.id, 'a summary that cannot be read replaces nothing');
  });
});

describe('where rollouts are', () => {
  test('archived and compressed ones are read as the others; of both the plain one counts', async () => {
    await withScratchFolder('codex', async (home) => {
      const records = [codexMeta(one), ...turn('Kept', 'Yes', [4, 2], [4, 2], 1)];
      await writeRollout(home, one, zlib.zstdCompressSync(linesOf(records)), 'archived_sessions', '.zst');
      await writeRollout(home, two, zlib.zstdCompressSync('never read'), 'archived_sessions', '.zst');
      await writeRollout(home, two, linesOf([codexMeta(two), said('user', 'Plain')]), 'archived_sessions');
      const source = codexSource({ env: { CODEX_HOME: home } });
      const { rows, problems } = await source.list();
      assert.deepEqual(problems, []);
      assert.deepEqual(rows.map(({ title, archived, tokens }) => [title, archived, tokens]).sort(), [
        ['Kept', true, 6],
        ['Plain', true, 0],
      ]);
      assert.deepEqual(outlinesOf(await source.read(one)), ['user: Kept', 'assistant: Yes {4 2 0 0 6}']);
    });
  });

  test('a compressed one that was cut or is none is named', async () => {
    await withScratchFolder('codex', async (home) => {
      const text = linesOf([
        codexMeta(one),
        said('user', 'Cut'),
        ...Array.from({ length: 20_000 }, (_, index) => said('assistant', String(index * 7919))),
      ]);
      const whole = zlib.zstdCompressSync(text);
      await writeRollout(home, one, whole.subarray(0, whole.length - 1_000), 'archived_sessions', '.zst');
      const bad = await writeRollout(home, two, 'no zstd', 'archived_sessions', '.zst');
      const source = codexSource({ env: { CODEX_HOME: home } });
      const { rows, problems } = await source.list();
      assert.deepEqual(
        rows.map(({ title }) => title),
        ['Cut'],
      );
      assert.deepEqual(
        problems.map(({ path }) => path),
        [bad],
      );
      assert.ok((await source.read(one)).length > 10_000);
      await assert.rejects(source.read(two), { code: 'damaged' });
    });
  });

  test('one that is moved between the list and the reading is found where it went', async () => {
    await withScratchFolder('codex', async (home) => {
      const text = linesOf([codexMeta(one), said('user', 'Moved')]);
      const path = await writeRollout(home, one, text);
      const source = codexSource({ env: { CODEX_HOME: home } });
      await source.list();
      await writeRollout(home, one, text, 'archived_sessions');
      await rm(path);
      assert.deepEqual(outlinesOf(await source.read(one)), ['user: Moved']);
    });
  });

  test('a prompt and totals far from either end are found', async () => {
    const filler = Array.from({ length: 40 }, () =>
      codexItem({ type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'x'.repeat(3_000) }] }),
    );
    const { row } = await readRollouts(
      { [one]: [codexMeta(one), ...filler, ...turn('Far away', 'Yes', [4, 2], [4, 2], 1), ...filler] },
      one,
    );
    assert.deepEqual([row.prompt, row.tokens], ['Far away', 6]);
  });

  test('an appended turn is there at the next look', async () => {
    await withScratchFolder('codex', async (home) => {
      const path = await writeRollout(home, one, linesOf([codexMeta(one), ...turn('One', 'Yes', [4, 2], [4, 2], 1)]));
      const source = codexSource({ env: { CODEX_HOME: home } });
      const before = await source.read(one);
      const more = linesOf(turn('Two', 'No', [8, 4], [4, 2], 2));
      await appendFile(path, more.slice(0, -20));
      assert.equal((await source.list()).rows.length, 1);
      await appendFile(path, more.slice(-20));
      const after = await source.read(one);
      assert.deepEqual(after.slice(0, before.length), before);
      assert.deepEqual(outlinesOf(after.slice(before.length)), ['user: Two', 'assistant: No {4 2 0 0 6}']);
      assert.equal((await readFile(path, 'utf8')).includes(more), true);
      assert.equal((await source.list()).rows[0]?.tokens, 12);
    });
  });
});
