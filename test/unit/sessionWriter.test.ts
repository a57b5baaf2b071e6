import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { nodeFilePort } from '../../src/store/filePort.js';
import { acquireLease } from '../../src/store/lease.js';
import { readRecord } from '../../src/store/recordFile.js';
import { SessionWriter } from '../../src/store/sessionWriter.js';
import { storeContext } from '../../src/store/storeContext.js';
import { readEntries } from '../../src/store/transcriptFile.js';
import { probedPort, type PortCall } from '../support/probedPort.js';
import { message, scratchStore } from '../support/scratchStore.js';

test('an append is one lock, one write and one flush of the transcript, the 100th like the 1st', async (t) => {
  const { context, record } = await scratchStore(t);
  let calls: PortCall[] = [];
  const port = probedPort(nodeFilePort, { before: (call) => calls.push(call) });
  const writer = new SessionWriter(storeContext({ ...context, port }));
  const seen = new Set<string>();
  for (let turn = 0; turn < 100; turn++) {
    calls = [];
    await writer.append(record.id, [message(`a${String(turn)}`), message(`b${String(turn)}`)]);
    // Reading the folder's marks aside, which a lock that is just being tidied may ask for.
    seen.add(calls.filter((call) => call === 'sync' || call === 'write' || call === 'rename').join(' '));
  }
  assert.deepEqual([...seen], ['write rename write sync']);
});

test('the record follows its transcript by itself, and at once when settled', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  const writer = new SessionWriter(context);
  await writer.append(record.id, [message('a')]);
  assert.equal((await readRecord(context.port, paths.record)).message_count, 0);
  while ((await readRecord(context.port, paths.record)).message_count === 0) await delay(50);
  await writer.append(record.id, [message('b')]);
  assert.equal((await writer.settle(record.id)).message_count, 2);
});

test('entries carry the epoch of the lease that is held, and their own where they have one', async (t) => {
  const { context, record, paths } = await scratchStore(t);
  const writer = new SessionWriter(context);
  writer.useLease(await acquireLease(context, record.id));
  const lease = await acquireLease(context, record.id, { takeOver: true });
  writer.useLease(lease);
  await writer.append(record.id, [message('a'), message('b', 'user', { epoch: 2 })]);
  await lease.release();
  writer.endLease(record.id);
  await writer.append(record.id, [message('c')]);
  const { entries } = await readEntries(context.port, paths.transcript);
  assert.deepEqual(
    entries.slice(-3).map((entry) => entry.epoch),
    [1, 2, undefined],
  );
});
