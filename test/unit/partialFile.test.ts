import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Entry } from '../../src/model/entry.js';
import { recoverPartials, writePartial } from '../../src/store/partialFile.js';
import { appendToTranscript, readFolded } from '../../src/store/recordUpdate.js';
import { sessionPaths } from '../../src/store/sessionPaths.js';
import { readEntries } from '../../src/store/transcriptFile.js';
import { message, scratchContext, scratchStore } from '../support/scratchStore.js';

const call: Entry = {
  type: 'tool_call',
  id: 'tool',
  timestamp: '2026-01-27T10:00:00.000Z',
  call: { id: 'c', kind: 'execute', title: 'npm test', status: 'running' },
};

/** Lets the process that wrote the partial be one that is gone. */
function orphan(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"start":"\d+"/, '"start":"1"'));
}

test('what streamed when its process died becomes entries, once, marked as interrupted', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  await appendToTranscript(context, record.id, [message('done', 'assistant')]);
  await writePartial(context, record.id, [message('done', 'assistant'), message('half', 'assistant', { epoch: 4 }), call]);
  assert.deepEqual(await recoverPartials(context), [], 'this process lives');
  orphan(paths.partial);
  assert.deepEqual(await recoverPartials(context), [record.id]);
  assert.deepEqual(await recoverPartials(context), []);
  assert.ok(!existsSync(paths.partial));
  const entries = (await readEntries(context.port, paths.transcript)).entries.slice(1);
  assert.deepEqual(entries, [
    message('done', 'assistant'),
    message('half', 'assistant', { stop_reason: 'interrupted' }),
    { ...call, call: { ...call.call, status: 'cancelled' } },
  ]);
  assert.equal((await readFolded(context, record.id)).message_count, 2);
});

test('a turn that died before its answer began is marked as interrupted, once, and one that had ended is not', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  const texts = async () =>
    (await readEntries(context.port, paths.transcript)).entries
      .slice(1)
      .map((entry) => (entry.type === 'message' ? [entry.message.role, entry.backend, entry.stop_reason].join(' ') : entry.type));
  await appendToTranscript(context, record.id, [message('asked', 'user', { backend: 'demo' })]);
  await writePartial(context, record.id, []);
  assert.deepEqual(await recoverPartials(context), [], 'this process lives');
  orphan(paths.partial);
  assert.deepEqual(await recoverPartials(context), [record.id]);
  assert.deepEqual(await recoverPartials(context), []);
  const interrupted = ['user demo ', 'assistant demo interrupted'];
  assert.deepEqual(await texts(), interrupted);

  await writePartial(context, record.id, []);
  orphan(paths.partial);
  assert.deepEqual(await recoverPartials(context), [], 'the turn has its end');
  assert.ok(!existsSync(paths.partial));
  assert.deepEqual(await texts(), interrupted);

  await appendToTranscript(context, record.id, [message('again', 'user')]);
  await writePartial(context, record.id, [call]);
  orphan(paths.partial);
  await recoverPartials(context);
  assert.deepEqual(await texts(), [...interrupted, 'user  ', 'tool_call', 'assistant  interrupted']);
});

test('a partial that was cut gives what is whole of it', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  await writePartial(context, record.id, [message('a', 'assistant'), message('b', 'assistant')]);
  orphan(paths.partial);
  writeFileSync(paths.partial, readFileSync(paths.partial, 'utf8').slice(0, -20));
  await recoverPartials(context);
  assert.deepEqual(
    (await readEntries(context.port, paths.transcript)).entries.slice(1).map((entry) => entry.id),
    ['a'],
  );
});

test('a partial is replaced as a whole, and removed at the end of the turn', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  await writePartial(context, record.id, [message('a', 'assistant')]);
  await writePartial(context, record.id, [call]);
  assert.equal(readFileSync(paths.partial, 'utf8').trimEnd().split('\n').length, 2);
  await writePartial(context, record.id, null);
  await writePartial(context, record.id, null);
  assert.ok(!existsSync(paths.partial));
});

test('a session that is deleted while it streams gets no folder back', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  rmSync(paths.record);
  await assert.rejects(writePartial(context, record.id, [call]), { code: 'gone' });
  assert.ok(!existsSync(paths.folder));
});

test('one session alone is looked at where no more is asked, and no link is followed', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  const other = 'f'.repeat(32);
  await writePartial(context, record.id, [message('half', 'assistant')]);
  orphan(paths.partial);
  assert.deepEqual(await recoverPartials(context, other), []);
  symlinkSync(paths.folder, sessionPaths(context.sessions, other).folder);
  assert.deepEqual(await recoverPartials(context, other), []);
  assert.ok(existsSync(paths.partial));
  assert.deepEqual(await recoverPartials(context, record.id), [record.id]);
});

test('a store that is not there has nothing to recover', async (t) => {
  assert.deepEqual(await recoverPartials(scratchContext(t)), []);
});
