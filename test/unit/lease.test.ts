import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { acquireLease } from '../../src/store/lease.js';
import { readHolder, readLease, type LeaseFile } from '../../src/store/leaseFile.js';
import { appendToTranscript, readFolded, updateRecord } from '../../src/store/recordUpdate.js';
import { sessionPaths } from '../../src/store/sessionPaths.js';
import { readEntries } from '../../src/store/transcriptFile.js';
import { message, scratchContext, scratchStore } from '../support/scratchStore.js';

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
    await assert.rejects(first.setState('running'), { code: 'busy' });
    await assert.rejects(first.release(), { code: 'busy' });
    await second.release();
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

  test('of a session that is gone is refused, and makes no folder', async (t) => {
    const context = scratchContext(t);
    const { context: store, record, paths } = await scratchStore(t);
    rmSync(paths.record);
    await assert.rejects(acquireLease(store, record.id), { code: 'gone' });
    assert.ok(!existsSync(sessionPaths(context.sessions, record.id).folder));
  });
});
