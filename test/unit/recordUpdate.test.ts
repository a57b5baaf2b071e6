import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../src/model/entry.js';
import type { SessionRecord } from '../../src/model/record.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { readRecord } from '../../src/store/recordFile.js';
import { appendToTranscript, readFolded, rebuildRecord, updateRecord } from '../../src/store/recordUpdate.js';
import { createSession } from '../../src/store/sessionCreate.js';
import { sessionPaths } from '../../src/store/sessionPaths.js';
import { readEntries } from '../../src/store/transcriptFile.js';
import { probedPort } from '../support/probedPort.js';
import { message, scratchContext, scratchStore } from '../support/scratchStore.js';

const lastLine = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;

/** What a session is, without what counts its writes. */
function content(record: SessionRecord): Partial<SessionRecord> {
  const { revision: _revision, transcript: _transcript, ...rest } = record;
  return rest;
}

describe('creating', () => {
  test('writes both files for their owner alone, the transcript telling the whole session', async (t) => {
    const context = scratchContext(t);
    const record = await createSession(
      context,
      { workdir: '/p', title: 'Fix', tags: ['a'], backend: 'demo', settings: { permission_mode: 'plan' } },
      [message('m1'), message('m2', 'assistant')],
    );
    assert.deepEqual(
      [record.revision, record.status, record.turn_count, record.message_count, record.prompt],
      [1, 'active', 1, 2, 'text of m1'],
    );
    const { record: file, transcript } = sessionPaths(context.sessions, record.id);
    for (const name of [file, transcript]) assert.equal(statSync(name).mode & 0o777, 0o600);
    assert.equal(statSync(context.sessions).mode & 0o777, 0o700);
    assert.deepEqual(content(await rebuildRecord(context.port, transcript, record.id)), content(record));
  });

  test('refuses an id that is taken, by a record or by a transcript', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await assert.rejects(createSession(context, { id: record.id, workdir: '/p' }), /already/);
    rmSync(paths.record);
    await assert.rejects(createSession(context, { id: record.id, workdir: '/p' }), /already/);
  });

  test('never takes an id for a path', async (t) => {
    await assert.rejects(createSession(scratchContext(t), { id: '../../evil', workdir: '/p' }), { code: 'not_found' });
  });
});

describe('updating', () => {
  test('tells the transcript first, then raises the revision', async (t) => {
    const order: string[] = [];
    const { context, record, paths } = await scratchStore(t);
    const port = probedPort(nodeFilePort, { before: (call, args) => order.push(`${call} ${String(args[0])}`) });
    const next = await updateRecord({ ...context, port }, record.id, () => ({ title: 'Fix logout', tags: ['bug'] }));
    assert.deepEqual([next.revision, next.title, next.tags], [2, 'Fix logout', ['bug']]);
    assert.deepEqual(await readRecord(context.port, paths.record), next);
    const info = lastLine(paths.transcript);
    assert.deepEqual([info['type'], info['title'], info['tags'], info['pinned']], ['info', 'Fix logout', ['bug'], undefined]);
    assert.ok(
      order.findIndex((call) => call === `open ${paths.transcript}`) <
        order.findIndex((call) => call.startsWith('rename ') && call.includes('.json.')),
    );
  });

  test('writes nothing when nothing changed', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const before = readFileSync(paths.transcript);
    const { revision } = await updateRecord(context, record.id, () => ({ title: 'Fix login' }));
    assert.equal(revision, 1);
    assert.deepEqual(readFileSync(paths.transcript), before);
  });

  test('removes a field that is set to undefined, and the transcript knows', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await updateRecord(context, record.id, () => ({ error_message: 'no' }));
    const next = await updateRecord(context, record.id, () => ({ error_message: undefined }));
    assert.ok(!('error_message' in next));
    assert.equal(lastLine(paths.transcript)['error_message'], null);
    assert.ok(!('error_message' in (await rebuildRecord(context.port, paths.transcript, record.id))));
  });

  test("gives the change a copy, and keeps what is the store's own", async (t) => {
    const { context, record } = await scratchStore(t);
    const next = await updateRecord(context, record.id, (copy) => {
      copy.title = 'by hand';
      copy.tags.push('by hand');
      return { id: 'f'.repeat(32), revision: 99, pinned: true };
    });
    assert.deepEqual([next.id, next.revision, next.title, next.tags, next.pinned], [record.id, 2, 'Fix login', [], true]);
  });

  test('refuses what does not fit before anything is written', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const before = readFileSync(paths.transcript);
    await assert.rejects(
      updateRecord(context, record.id, () => ({ turn_count: -1 })),
      { code: 'usage', message: /turn_count/ },
    );
    assert.deepEqual(readFileSync(paths.transcript), before);
  });

  test('journals under the lock, before anything is written; what the journal refuses does not happen', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const before = readFileSync(paths.record);
    const journal = (old: SessionRecord, next: SessionRecord): Promise<void> => {
      assert.deepEqual([old.title, next.title], ['Fix login', 'new']);
      assert.ok(existsSync(paths.lock));
      return Promise.reject(new Error('no journal'));
    };
    await assert.rejects(
      updateRecord(context, record.id, () => ({ title: 'new' }), journal),
      /no journal/,
    );
    assert.deepEqual(readFileSync(paths.record), before);
  });

  test('fails with gone when the record is not there, and makes none', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    rmSync(paths.record);
    await assert.rejects(
      updateRecord(context, record.id, () => ({ title: 'x' })),
      { code: 'gone' },
    );
    rmSync(paths.transcript);
    await assert.rejects(appendToTranscript(context, record.id, [message('m')]), { code: 'gone' });
    // The lock's empty folder, which is a free lock, may be there for a moment.
    assert.deepEqual(
      readdirSync(context.sessions).filter((name) => !name.endsWith('.lock')),
      [],
    );
  });

  test('leaves a damaged record and one of a newer version alone', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    for (const [text, code] of [
      ['{', 'damaged'],
      [readFileSync(paths.record, 'utf8').replace('"version": 1', '"version": 9'), 'newer_version'],
    ] as const) {
      writeFileSync(paths.record, text);
      await assert.rejects(
        updateRecord(context, record.id, () => ({ title: 'x' })),
        { code },
      );
      assert.equal(readFileSync(paths.record, 'utf8'), text);
    }
  });
});

describe('what the record counts', () => {
  test('follows from the entries, inherited usage left out, unknown cost kept unknown', async (t) => {
    const { context, record } = await scratchStore(t);
    const usage = { input: 10, output: 5, cached: 2, reasoning: 1, total: 0 };
    await appendToTranscript(context, record.id, [
      message('u', 'user'),
      message('a', 'assistant', { usage, backend: 'demo', timestamp: '2027-01-01T00:00:00.000Z' }),
      message('b', 'assistant', { inherited: { from: 'x', usage: { ...usage, total: 900 } } }),
    ]);
    const folded = await readFolded(context, record.id);
    assert.deepEqual(
      [folded.turn_count, folded.message_count, folded.cost_usd, folded.status, folded.backend],
      [1, 3, null, 'active', 'demo'],
    );
    assert.deepEqual(folded.token_usage, { ...usage, total: 15 });
    assert.equal(folded.last_used_at, '2027-01-01T00:00:00.000Z');
    await appendToTranscript(context, record.id, [message('c', 'assistant', { usage: { ...usage, total: 20, cost_usd: 0.5 } })]);
    const settled = await updateRecord(context, record.id, () => ({}));
    assert.deepEqual([settled.token_usage.total, settled.cost_usd, settled.message_count], [35, 0.5, 4]);
  });

  test('is read from the bytes after those counted, however long the transcript is', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await appendToTranscript(
      context,
      record.id,
      Array.from({ length: 2000 }, (_, index) => message(`m${String(index)}`)),
    );
    await updateRecord(context, record.id, () => ({}));
    await appendToTranscript(context, record.id, [message('last')]);
    const positions: number[] = [];
    const port = probedPort(nodeFilePort, {
      before: (call, args) => {
        if (call === 'read') positions.push(Number(args[2]));
      },
    });
    const size = statSync(paths.transcript).size;
    const settled = await updateRecord({ ...context, port }, record.id, () => ({}));
    assert.equal(settled.message_count, 2001);
    assert.ok(positions.every((position) => position > size - 1000));
  });

  test('is the same whether folded by and by or made anew from the transcript', async (t) => {
    const { context } = await scratchStore(t);
    const tokens = fc.record({ input: fc.nat(999), output: fc.nat(999), cached: fc.nat(99), reasoning: fc.nat(99), total: fc.nat(9999) });
    const step = fc.oneof(
      fc.record({ title: fc.string({ unit: 'grapheme' }), tags: fc.array(fc.string(), { maxLength: 3 }), pinned: fc.boolean() }),
      fc.constant({ error_message: undefined }),
      fc.record({ error_message: fc.string() }),
      fc.record({ role: fc.constantFrom<'user' | 'assistant'>('user', 'assistant'), usage: tokens }),
      fc.constant('torn' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const { id } = await createSession(context, { workdir: '/p' });
        const transcript = `${context.sessions}/${id}.jsonl`;
        for (const [index, one] of steps.entries()) {
          if (one === 'torn') appendFileSync(transcript, '{"type":"mess');
          else if ('role' in one) await appendToTranscript(context, id, [message(`m${String(index)}`, one.role, { usage: one.usage })]);
          else await updateRecord(context, id, () => one);
        }
        const settled = await updateRecord(context, id, () => ({}));
        assert.deepEqual(content(await rebuildRecord(context.port, transcript, id)), content(settled));
        assert.deepEqual(await readFolded(context, id), settled);
      }),
      { numRuns: 40 },
    );
  });

  test('is made anew when the transcript was cut by another program', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await appendToTranscript(context, record.id, [message('a')]);
    const size = statSync(paths.transcript).size;
    await appendToTranscript(context, record.id, [message('b')]);
    await updateRecord(context, record.id, () => ({ title: 'kept' }));
    truncateSync(paths.transcript, size);
    const folded = await updateRecord(context, record.id, () => ({}));
    assert.deepEqual([folded.message_count, folded.title], [1, 'kept']);
  });
});

describe('a record edited by another program', () => {
  test('wins, and the next write tells the transcript', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await updateRecord(context, record.id, () => ({ title: 'ours' }));
    const edited = execFileSync('jq', ['-S', '.title = "theirs" | .colour = "red"', paths.record]);
    writeFileSync(paths.record, edited);
    assert.equal((await readFolded(context, record.id)).title, 'theirs');
    const next = await updateRecord(context, record.id, () => ({ pinned: true }));
    assert.deepEqual([next.title, next['colour'], next.pinned], ['theirs', 'red', true]);
    assert.deepEqual(content(await rebuildRecord(context.port, paths.transcript, record.id)), content(next));
  });

  test('keeps its edit though the transcript has grown meanwhile', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await appendToTranscript(context, record.id, [message('a')]);
    writeFileSync(paths.record, readFileSync(paths.record, 'utf8').replace('Fix login', 'theirs'));
    const next = await updateRecord(context, record.id, () => ({}));
    assert.deepEqual([next.title, next.message_count], ['theirs', 1]);
    assert.equal((await rebuildRecord(context.port, paths.transcript, record.id)).title, 'theirs');
  });
});

test('an update that died between transcript and record is folded in', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  const port = probedPort(nodeFilePort, {
    before: (call, args) => {
      if (call === 'rename' && args[1] === paths.record) throw Object.assign(new Error('I/O error'), { code: 'EIO' });
    },
  });
  await assert.rejects(
    updateRecord({ ...context, port }, record.id, () => ({ title: 'half way' })),
    { code: 'failed' },
  );
  assert.equal((await readRecord(context.port, paths.record)).title, 'Fix login');
  assert.equal((await readFolded(context, record.id)).title, 'half way');
  const settled = await updateRecord(context, record.id, () => ({}));
  assert.deepEqual([settled.title, settled.revision], ['half way', 2]);
});

test('a record without a transcript can still be changed', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  rmSync(paths.transcript);
  assert.equal((await updateRecord(context, record.id, () => ({ title: 'alone' }))).title, 'alone');
  assert.ok(!existsSync(paths.transcript));
});

test("an info line that does not fit the record is passed over, and none sets what is the file's own", async (t) => {
  const { context, record, paths } = await scratchStore(t);
  const line = { type: 'info', id: 'i', timestamp: '2026-01-27T10:00:00.000Z' };
  appendFileSync(paths.transcript, `${JSON.stringify({ ...line, title: 7 })}\n`);
  appendFileSync(paths.transcript, `${JSON.stringify({ ...line, id: 'j', version: 9, revision: 99, pinned: true })}\n`);
  const folded = await readFolded(context, record.id);
  assert.deepEqual([folded.title, folded.version, folded.revision, folded.pinned, folded.id], ['Fix login', 1, 1, true, record.id]);
  const { entries } = await readEntries(context.port, paths.transcript);
  assert.equal(entries.filter((entry: Entry) => entry.type === 'info').length, 2);
});
