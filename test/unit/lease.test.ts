import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { acquireLease } from '../../src/store/lease.js';
import { openStore } from '../../src/store/openStore.js';
import type { Store } from '../../src/store/store.js';
import type { StoreContext } from '../../src/store/storeContext.js';
import { readHolder, readLease, type LeaseFile } from '../../src/store/leaseFile.js';
import { appendToTranscript, readFolded, updateRecord } from '../../src/store/recordUpdate.js';
import { sessionPaths } from '../../src/store/sessionPaths.js';
import { readEntries } from '../../src/store/transcriptFile.js';
import { probedPort } from '../support/probedPort.js';
import { until } from '../support/until.js';
import { message, scratchContext, scratchStore } from '../support/scratchStore.js';

/** The same store as two programs have it open. */
function twoStores({ root }: StoreContext): { readonly store: Store; readonly taker: Store } {
  const open = (program: string): Store => openStore(root, { actor: { program, surface: program } });
  return { store: open('holder'), taker: open('taker') };
}

/** Makes the lease on disk another process's. */
function rewrite(file: string, change: Partial<LeaseFile>): void {
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }));
}

describe('a lease', () => {
  test('is held by one, named to others, and removed when it is released', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const lease = await acquireLease(context, record.id);
    await assert.rejects(acquireLease(context, record.id), {
      code: 'busy',
      message: new RegExp(`is running in test \\(pid ${String(process.pid)} `),
    });
    assert.equal((await readHolder(context.port, paths.lease, new Date()))?.state, 'running');
    await lease.setState('waiting');
    assert.equal((await readHolder(context.port, paths.lease, new Date()))?.state, 'waiting');
    await lease.release();
    assert.ok(!existsSync(paths.folder));
    assert.equal(await readHolder(context.port, paths.lease, new Date()), undefined);
    const again = await acquireLease(context, record.id);
    assert.equal(again.epoch, lease.epoch);
    await again.release();
  });

  test('of a dead holder is taken over with a higher epoch; what that one still writes is set aside', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const first = await acquireLease(context, record.id);
    await appendToTranscript(context, record.id, [message('before', 'user', { epoch: first.epoch })]);
    rewrite(paths.lease, { start: '1', nonce: 'dead' });
    assert.equal(await readHolder(context.port, paths.lease, new Date()), undefined);
    const second = await acquireLease(context, record.id);
    assert.equal(second.epoch, first.epoch + 1);
    await appendToTranscript(context, record.id, [
      message('late', 'user', { epoch: first.epoch }),
      message('new', 'user', { epoch: second.epoch }),
    ]);
    const { entries } = await readEntries(context.port, paths.transcript);
    assert.deepEqual(
      entries.slice(1).map((entry) => (entry.type === 'lease' ? `lease ${String(entry.epoch)}` : entry.id)),
      ['before', 'lease 1', 'new'],
    );
    assert.equal((await readFolded(context, record.id)).message_count, 2);
    await assert.rejects(first.setState('running'), { code: 'fenced' });
    await first.release();
    assert.equal((await readLease(context.port, paths.lease))?.epoch, second.epoch, 'it is not removed by one that lost it');
    await second.release();
  });

  test('that is taken over fences its holder: nothing of it is taken in, and what it still writes is kept aside', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const { store: holder, taker } = twoStores(context);
    const first = await holder.acquireLease(record.id);
    await holder.writePartial(record.id, []);
    await holder.append(record.id, [message('prompt')]);
    await holder.writePartial(record.id, [message('half', 'assistant')]);
    let lost: string | undefined;
    void first.lost.then(({ message: said }) => (lost = said));
    const second = await taker.acquireLease(record.id, { takeOver: true });
    assert.equal(second.epoch, first.epoch + 1);
    assert.match(await until('the holder sees it by itself', () => lost), /taken over by taker \(pid \d+ on /);
    await taker.writePartial(record.id, [message('mine', 'assistant')]);
    for (const late of [
      () =>
        holder.append(record.id, [
          message('half', 'assistant', { message: { role: 'assistant', content: [{ type: 'text', text: 'whole' }] } }),
        ]),
      () => holder.writePartial(record.id, [message('late', 'assistant')]),
      () => holder.writePartial(record.id, null),
      () => first.update(() => ({ status: 'error' })),
      () => first.setState('waiting'),
    ])
      await assert.rejects(late(), { code: 'fenced', message: /taken over by taker/ });
    await first.release();
    await taker.append(record.id, [message('next')]);
    const { entries } = await taker.entries(record.id);
    assert.deepEqual(
      entries
        .slice(1)
        .map((entry) => [entry.type === 'lease' ? 'lease' : entry.id, entry.type === 'message' ? entry.stop_reason : entry.epoch]),
      [
        ['prompt', undefined],
        ['half', 'interrupted'],
        ['lease', 1],
        ['next', undefined],
      ],
    );
    assert.deepEqual(
      (await taker.setAside(record.id)).map((entry) => [entry.id, entry.type === 'message' && entry.message.content[0]]),
      [['half', { type: 'text', text: 'whole' }]],
    );
    assert.match(readFileSync(paths.partial, 'utf8'), /"mine"/);
    assert.equal((await taker.read(record.id)).status, 'active');
    await second.release();
    // Who took it has let go: it is lost all the same.
    await assert.rejects(first.setState('running'), { code: 'fenced', message: /taken over by taker/ });
  });

  test('may be taken over by a holder that dies before it has told the transcript', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const { store: holder, taker } = twoStores(context);
    const first = await holder.acquireLease(record.id);
    await holder.writePartial(record.id, [message('half', 'assistant')]);
    rewrite(paths.lease, { epoch: 1, start: '1', nonce: 'died' });
    await assert.rejects(holder.append(record.id, [message('late')]), { code: 'fenced' });
    const second = await taker.acquireLease(record.id);
    assert.equal(second.epoch, 2);
    await taker.append(record.id, [message('next')]);
    const { entries } = await taker.entries(record.id);
    assert.deepEqual(
      entries.slice(1).map(({ id, type }) => (type === 'lease' ? type : id)),
      ['half', 'lease', 'next'],
    );
    await first.release();
    await second.release();
  });

  test('stays what it was when the disk is full at a take-over', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const first = await acquireLease(context, record.id);
    const before = await readLease(context.port, paths.lease);
    const port = probedPort(context.port, {
      before: (call, args) => {
        if (call === 'open' && args[0] === paths.transcript && args[1] === 'append')
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      },
    });
    await assert.rejects(acquireLease({ ...context, port }, record.id, { takeOver: true }), { code: 'disk_full' });
    assert.deepEqual(await readLease(context.port, paths.lease), before);
    await first.setState('running');
    await first.release();
  });

  test("keeps its epoch when the lease file, or the record's count, is lost", async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await acquireLease(context, record.id);
    rewrite(paths.lease, { start: '1' });
    await (await acquireLease(context, record.id)).release();
    assert.equal((await acquireLease(context, record.id)).epoch, 1);
    rmSync(paths.lease);
    await updateRecord(context, record.id, () => ({}));
    const last = await acquireLease(context, record.id);
    assert.equal(last.epoch, 1);
    await last.release();
  });

  test('of another host lives until it expires', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await acquireLease(context, record.id);
    rewrite(paths.lease, { host: 'elsewhere', nonce: 'other' });
    await assert.rejects(acquireLease(context, record.id), { code: 'busy', message: /on elsewhere/ });
    rewrite(paths.lease, { expires_at: '2020-01-01T00:00:00.000Z' });
    await (await acquireLease(context, record.id)).release();
  });

  test("that cannot be read is nobody's", async (t) => {
    const { context, record, paths } = await scratchStore(t);
    await acquireLease(context, record.id);
    writeFileSync(paths.lease, '{');
    assert.equal(await readLease(context.port, paths.lease), undefined);
    await (await acquireLease(context, record.id)).release();
  });

  test('is lost when the session is removed from the disk', async (t) => {
    const { context, record, paths } = await scratchStore(t);
    const lease = await acquireLease(context, record.id);
    for (const file of [paths.record, paths.transcript, paths.folder]) rmSync(file, { recursive: true });
    assert.equal((await lease.lost).code, 'fenced');
    await assert.rejects(lease.append([message('late')]), { code: 'fenced' });
    assert.ok(!existsSync(paths.transcript));
    await lease.release();
  });

  test('that was released is not lost: what it was still about to write is not either', async (t) => {
    const { context, record } = await scratchStore(t);
    const lease = await acquireLease(context, record.id);
    const released = lease.release();
    await assert.rejects(lease.setState('running'), { code: 'fenced' });
    await released;
    assert.equal(await Promise.race([lease.lost, Promise.resolve('held')]), 'held');
  });

  test('of a session that is gone is refused, and makes no folder', async (t) => {
    const context = scratchContext(t);
    const { context: store, record, paths } = await scratchStore(t);
    rmSync(paths.record);
    await assert.rejects(acquireLease(store, record.id), { code: 'gone' });
    assert.ok(!existsSync(sessionPaths(context.sessions, record.id).folder));
  });
});

test('a pipe in the place of a lease, a partial or a transcript stops nobody', { timeout: 60_000 }, async (t) => {
  const { context, record, paths } = await scratchStore(t);
  const { store } = twoStores(context);
  mkdirSync(paths.folder);
  for (const file of [paths.lease, paths.partial]) execFileSync('mkfifo', [file]);
  assert.equal((await store.row(record.id)).running, undefined);
  assert.deepEqual(await store.recoverPartials(), []);
  rmSync(paths.transcript);
  execFileSync('mkfifo', [paths.transcript]);
  assert.equal((await store.row(record.id)).problem?.kind, 'unreadable');
  await assert.rejects(store.entries(record.id), { code: 'failed' });
});
