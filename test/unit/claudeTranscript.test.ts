import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { claudeSource } from '../../src/sources/claude/claude.js';
import { withClaudeStore, type ClaudeStore } from '../support/claudeStore.js';

const sourceOf = (store: ClaudeStore) => claudeSource({ env: { HOME: store.home } });
const rowOf = async (store: ClaudeStore, id: string) => (await sourceOf(store).list()).rows.find((row) => row.id === `claude:${id}`);
const said = (entries: readonly Entry[]): readonly string[] =>
  entries.map((entry) => (entry.type === 'message' ? `${entry.message.role}: ${textOf(entry.message.content)}` : entry.type));
const total = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + (entry.type === 'message' ? (entry.usage?.total ?? 0) : 0), 0);
const costsOf = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [entry.usage.cost_usd] : []));
const text = (words: string) => ({ type: 'text', text: words });

describe('what a session of Claude Code says', () => {
  test('an answer counts once, however many blocks repeat its id and usage', async () => {
    await withClaudeStore(async (store) => {
      const usage = (output: number) => ({ input_tokens: 100, output_tokens: output, cache_read_input_tokens: 50 });
      const block = (uuid: string, content: object, output: number) => ({
        ...store.answer(uuid, 'u', []),
        message: { id: 'msg_same', role: 'assistant', model: 'm', content: [content], usage: usage(output) },
        requestId: 'req_1',
      });
      store.session('one', [
        store.prompt('u', 'go'),
        block('a', { type: 'thinking', thinking: 'hm', signature: 's' }, 1),
        block('b', text('I run it'), 1),
        block('c', { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'ls' } }, 30),
        store.result('r', 'c', { tool_use_id: 't', content: [text('a'), { type: 'image', source: {} }] }),
      ]);
      const entries = await sourceOf(store).read('one');
      assert.deepEqual(said(entries), ['user: go', 'thinking', 'assistant: I run it', 'tool_call']);
      const [answer] = entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [entry.usage] : []));
      assert.deepEqual(answer, { input: 150, output: 30, cached: 50, reasoning: 0, total: 180 });
      assert.equal(total(entries), 180);
      const [call] = entries.flatMap((entry) => (entry.type === 'tool_call' ? [entry.call] : []));
      assert.deepEqual([call?.status, call?.output], ['completed', 'a\n[image]']);
    });
  });

  test('only what the person said is the person’s', async () => {
    await withClaudeStore(async (store) => {
      const caveat = '<local-command-caveat>not for you</local-command-caveat>';
      const command =
        '<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>all of it</command-args>';
      store.session('one', [
        store.prompt('u0', caveat, { isMeta: true }),
        store.prompt('u1', command),
        store.prompt('u2', '<local-command-stdout>done</local-command-stdout>'),
        store.prompt('u3', [
          text('<system-reminder>\nbe good\n</system-reminder>'),
          text('<ide_opened_file>a.ts</ide_opened_file>look at <b>this</b>'),
        ]),
        store.prompt('u4', '<bash-input>ls -l</bash-input>'),
        store.prompt('u5', [text('[Request interrupted by user]')]),
        store.prompt('u6', [text('see'), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }]),
        store.prompt('u7', '<task-notification><summary>It ended</summary><result>well</result></task-notification>', {
          promptSource: 'system',
        }),
        {
          type: 'attachment',
          uuid: 'q1',
          parentUuid: 'u7',
          attachment: { type: 'queued_command', prompt: 'and this', commandMode: 'prompt' },
        },
      ]);
      const entries = await sourceOf(store).read('one');
      assert.deepEqual(said(entries), [
        'user: /review all of it',
        'system: done',
        'user: look at <b>this</b>',
        'user: ! ls -l',
        'user: see\n\n[image]',
        'system: It ended\n\nwell',
        'user: and this',
      ]);
      const image = entries[4]?.type === 'message' ? entries[4].message.content[1] : undefined;
      assert.deepEqual(image, { type: 'image', mime_type: 'image/png', data: 'AAAA' });
      assert.equal((await rowOf(store, 'one'))?.prompt, 'look at <b>this</b>');
    });
  });

  test('a branch that was left is one note that carries its usage; a gap in the links hides nothing', async () => {
    await withClaudeStore(async (store) => {
      store.session('one', [
        store.prompt('u1', 'first'),
        store.answer('a1', 'u1', [text('one')]),
        store.prompt('u2', 'wrong way', { parentUuid: 'a1' }),
        store.answer('a2', 'u2', [text('lost')]),
        store.prompt('u3', 'right way', { parentUuid: 'a1' }),
        store.answer('a3', 'u3', [text('kept')]),
        store.prompt('u4', 'after a gap', { parentUuid: 'not in the file' }),
      ]);
      const entries = await sourceOf(store).read('one');
      assert.deepEqual(said(entries), [
        'user: first',
        'assistant: one',
        'system: Left behind when the conversation went back to an earlier prompt: wrong way',
        'user: right way',
        'assistant: kept',
        'user: after a gap',
      ]);
      assert.equal(total(entries), 3 * 19);
    });
  });

  test('results of calls made at once are found, though they hang beside the branch', async () => {
    await withClaudeStore(async (store) => {
      const use = (id: string) => ({ type: 'tool_use', id, name: 'Read', input: { file_path: `/${id}` } });
      store.session('one', [
        store.prompt('u1', 'read both'),
        store.answer('a1', 'u1', [use('x')]),
        store.answer('a2', 'a1', [use('y')]),
        store.result('r2', 'a2', { tool_use_id: 'y', content: 'of y' }),
        store.result('r1', 'a1', { tool_use_id: 'x', content: 'no', is_error: true }, { toolDenialKind: 'user-rejected' }),
        store.result('r3', 'r1', { tool_use_id: 'gone', content: 'of what?' }),
        store.answer('a3', 'r1', [use('z')]),
      ]);
      const calls = (await sourceOf(store).read('one')).flatMap((entry) => (entry.type === 'tool_call' ? [entry.call] : []));
      assert.deepEqual(
        calls.map(({ id, status, output }) => [id, status, output]),
        [
          ['x', 'denied', 'no'],
          ['y', 'completed', 'of y'],
          ['gone', 'completed', 'of what?'],
          ['z', 'pending', undefined],
        ],
      );
    });
  });

  test('a sub-agent in the session’s own file is a note with its usage, and what it did', async () => {
    await withClaudeStore(async (store) => {
      const beside = { isSidechain: true };
      store.session('one', [
        store.prompt('u1', 'ask someone'),
        store.prompt('s1', 'Look for the bug', beside),
        { ...store.answer('s2', 's1', [{ type: 'tool_use', id: 'g', name: 'Grep', input: { pattern: 'bug' } }]), ...beside },
        { ...store.result('s3', 's2', { tool_use_id: 'g', content: 'a.ts' }), ...beside },
        { ...store.answer('s4', 's3', [text('It is in a.ts')]), ...beside },
        store.answer('a1', 'u1', [text('Found')]),
      ]);
      const entries = await sourceOf(store).read('one');
      assert.deepEqual(said(entries), ['user: ask someone', 'system: Sub-agent: Look for the bug', 'tool_call', 'assistant: Found']);
      assert.equal(total(entries), 3 * 19);
    });
  });

  test('sub-agents have rows of their own, in either place their files were put', async () => {
    await withClaudeStore(async (store) => {
      store.session('one', [store.prompt('u1', 'hello')]);
      store.session('agent-old', [store.prompt('o1', 'old task', { isSidechain: true, sessionId: 'one', agentId: 'old' })]);
      const path = store.session(
        'agent-new',
        [store.prompt('n1', 'new task', { isSidechain: true, sessionId: 'one' })],
        '-projects-x/one/subagents/workflows/w1',
      );
      writeFileSync(path.replace('.jsonl', '.meta.json'), '{"agentType":"Explore","description":"a look around"}');
      const { rows } = await sourceOf(store).list();
      assert.deepEqual(
        rows
          .map(({ id, title, parent_id, backend_session_id, metadata }) => [id, title, parent_id, backend_session_id, metadata['agent']])
          .sort(),
        [
          ['claude:agent-new', 'a look around', 'claude:one', undefined, 'Explore'],
          ['claude:agent-old', 'old task', 'claude:one', undefined, 'sub-agent'],
          ['claude:one', 'hello', undefined, 'one', undefined],
        ],
      );
      assert.deepEqual(said(await sourceOf(store).read('agent-old')), ['user: old task']);
    });
  });

  test('titles: the last one given, else the model’s, else a summary, else the prompt; the one kept beside the file when it is far', async () => {
    await withClaudeStore(async (store) => {
      const long = store.answer('long', 'u', [text('x'.repeat(70_000))]);
      const custom = (customTitle: string) => ({ type: 'custom-title', customTitle });
      store.session('given', [custom('old name'), store.prompt('u', 'p'), { type: 'ai-title', aiTitle: 'a guess' }, custom('new name')]);
      store.session('guessed', [
        { type: 'summary', summary: 'old way', leafUuid: 'x' },
        store.prompt('u', 'p'),
        { type: 'ai-title', aiTitle: 'a guess' },
      ]);
      store.session('summed', [{ type: 'summary', summary: 'old way', leafUuid: 'x' }, store.prompt('u', 'p'), long]);
      store.session('asked', [store.prompt('u', 'a prompt\nof two lines')]);
      store.session('head', [custom('at the head'), store.prompt('u', 'p'), long]);
      store.session('far', [store.prompt('u', 'p'), long, custom('too far'), { ...long, uuid: 'long2' }]);
      mkdirSync(join(store.projects, '-projects-x/far'), { recursive: true });
      writeFileSync(join(store.projects, '-projects-x/far/custom-title.json'), '{"customTitle":"too far"}');
      const { rows } = await sourceOf(store).list();
      assert.deepEqual(Object.fromEntries(rows.map(({ id, title, title_source }) => [id.slice(7), [title, title_source]])), {
        given: ['new name', 'user'],
        guessed: ['a guess', 'auto'],
        summed: ['old way', 'auto'],
        asked: ['a prompt', 'auto'],
        head: ['at the head', 'user'],
        far: ['too far', 'user'],
      });
    });
  });

  test('what is not at the ends is found: a first prompt far down, and a last record that fills the end', async () => {
    await withClaudeStore(async (store) => {
      const filler = {
        type: 'attachment',
        uuid: 'f',
        attachment: { type: 'hook', content: 'x'.repeat(200_000) },
        timestamp: '2026-03-03T10:00:00.000Z',
      };
      store.session('one', [filler, store.prompt('u', 'far down'), { ...filler, uuid: 'g', timestamp: '2026-03-04T10:00:00.000Z' }]);
      const row = await rowOf(store, 'one');
      assert.deepEqual([row?.prompt, row?.last_used_at, row?.workdir], ['far down', '2026-03-04T10:00:00.000Z', '/projects/x']);
    });
  });

  test('reopening does not move a session: what the program notes then has no part in its time', async () => {
    await withClaudeStore(async (store) => {
      store.session('one', [store.prompt('u', 'p'), store.answer('a', 'u', [text('x')])]);
      store.append('one', [
        { type: 'mode', mode: 'normal' },
        { type: 'queue-operation', operation: 'enqueue', timestamp: '2026-05-05T10:00:00.000Z' },
      ]);
      assert.equal((await rowOf(store, 'one'))?.last_used_at, '2026-01-01T10:00:00.000Z');
    });
  });

  test('a file with titles and settings alone is no session, and other orders and spacings of its records are read', async () => {
    await withClaudeStore(async (store) => {
      store.session('nothing', [{ type: 'summary', summary: 's', leafUuid: 'x' }]);
      const path = store.session('spaced', []);
      const lines = [
        {
          type: 'user',
          uuid: 'u',
          timestamp: '2026-01-01T10:00:00Z',
          cwd: '/p',
          sessionId: 'spaced',
          message: { content: 'hi', role: 'user' },
        },
        {
          uuid: 'a',
          type: 'assistant',
          timestamp: '2026-01-01T12:00:00+01:00',
          message: { model: 'm', content: [text('yo')], role: 'assistant' },
        },
        { customTitle: 'named', sessionId: 'spaced', type: 'custom-title' },
      ];
      writeFileSync(path, lines.map((line) => `${JSON.stringify(line, undefined, 1).replaceAll('\n', '')}\n`).join(''));
      const { rows } = await sourceOf(store).list();
      assert.deepEqual(
        rows.map(({ id, title, last_used_at, model }) => [id, title, last_used_at, model]),
        [['claude:spaced', 'named', '2026-01-01T11:00:00.000Z', 'm']],
      );
      assert.deepEqual(said(await sourceOf(store).read('spaced')), ['user: hi', 'assistant: yo']);
    });
  });
});

describe('forks of a session of Claude Code', () => {
  const cost = (usd: number, input: number, began = 1000) => ({
    type: 'cost-state',
    totalCostUSD: usd,
    startTime: began,
    modelUsage: { m: { inputTokens: input, outputTokens: 1 } },
  });

  test('one made by the SDK names its parent and begins a sum of its own', async () => {
    await withClaudeStore(async (store) => {
      store.session('one', [store.prompt('u', 'p'), store.answer('a', 'u', [text('x')]), cost(1, 100)]);
      const from = (messageUuid: string) => ({ forkedFrom: { sessionId: 'one', messageUuid } });
      store.session('two', [
        { ...store.prompt('u-2', 'p'), ...from('u') },
        { ...store.answer('a-2', 'u-2', [text('x')], { at: '2026-01-02T10:00:00.000Z' }), ...from('a') },
        store.prompt('v', 'more', { parentUuid: 'a-2' }),
        store.answer('b', 'v', [text('y')]),
        cost(2.5, 30, 2000),
      ]);
      const row = await rowOf(store, 'two');
      assert.deepEqual([row?.parent_id, row?.cost_usd, row?.tokens], ['claude:one', 2.5, 31]);
      const entries = await sourceOf(store).read('two');
      assert.deepEqual(
        entries.flatMap((entry) =>
          entry.type === 'message' && entry.message.role === 'assistant' ? [[entry.usage?.total, entry.inherited?.from]] : [],
        ),
        [
          [undefined, 'claude:one'],
          [19, undefined],
        ],
      );
      assert.deepEqual(costsOf(entries), [2.5]);
    });
  });

  test('a long one costs the others nothing: each list reads at least one more, and keeps what was read', async () => {
    await withClaudeStore(async (store) => {
      const ids = ['one', 'two', 'three'];
      for (const [index, id] of ids.entries()) {
        const uuid = `u-${String(index)}`;
        // Too long for what one list reads.
        const lines = [store.prompt(uuid, 'p'), store.answer(`a-${uuid}`, uuid, [text('x'.repeat(9 << 20))]), cost(1, 100)];
        store.session(id, lines);
        const queued = { type: 'queue-operation', operation: 'enqueue', timestamp: '2026-01-05T10:00:00.000Z' };
        store.session(`${id}-fork`, [queued, ...lines, store.prompt(`v-${uuid}`, 'q', { parentUuid: `a-${uuid}` }), cost(1.5, 150)]);
      }
      const source = sourceOf(store);
      const parents = async (): Promise<readonly (string | undefined)[]> => {
        const { rows } = await source.list();
        return ids.map((id) => rows.find((row) => row.id === `claude:${id}-fork`)?.parent_id);
      };
      const known: number[] = [];
      for (const _ of ids) known.push((await parents()).filter((id) => id !== undefined).length);
      assert.deepEqual(known, [1, 2, 3]);
      assert.deepEqual(await parents(), ['claude:one', 'claude:two', 'claude:three']);
    });
  });

  test('one whose parent is gone is still one, and what it used itself is not known', async () => {
    await withClaudeStore(async (store) => {
      const queued = { type: 'queue-operation', operation: 'enqueue', timestamp: '2026-01-05T10:00:00.000Z' };
      store.session('two', [queued, store.prompt('u', 'p'), store.answer('a', 'u', [text('x')]), cost(3, 300)]);
      const row = await rowOf(store, 'two');
      assert.deepEqual([row?.cost_usd, row?.tokens, row?.parent_id], [null, 0, undefined]);
    });
  });

  test('a resume of old versions, which copied into a new file, inherits from the file it copied', async () => {
    await withClaudeStore(async (store) => {
      const lines = (id: string) => [store.prompt('u', 'p'), { ...store.answer('a', 'u', [text('x')]), sessionId: id }];
      store.session('one', lines('one'));
      store.session('two', [...lines('two'), store.prompt('v', 'more', { parentUuid: 'a', timestamp: '2026-01-06T10:00:00.000Z' })]);
      assert.equal((await rowOf(store, 'two'))?.parent_id, 'claude:one');
      assert.equal((await rowOf(store, 'one'))?.parent_id, undefined);
      assert.equal(total(await sourceOf(store).read('two')), 0);
      assert.equal(total(await sourceOf(store).read('one')), 19);
    });
  });

  test('costs are those of the runs: each run’s difference is at its last answer', async () => {
    await withClaudeStore(async (store) => {
      store.session('one', [
        store.prompt('u', 'p'),
        store.answer('a', 'u', [text('x')]),
        cost(1, 100),
        store.prompt('v', 'q', { parentUuid: 'a' }),
        store.answer('b', 'v', [text('y')]),
        cost(1.5, 150),
      ]);
      assert.deepEqual(costsOf(await sourceOf(store).read('one')), [1, 0.5]);
      assert.equal((await rowOf(store, 'one'))?.cost_usd, 1.5);
    });
  });
});
