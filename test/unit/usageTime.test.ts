import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../src/store/openStore.js';
import { withFolder } from '../support/openFolder.js';
import { message } from '../support/scratchStore.js';

test('usage from one moment to another counts by the moment, in whatever time zone a program wrote it', async () => {
  await withFolder({}, async ({ workspace, dir }) => {
    const usage = (total: number) => ({ input: total, output: 0, cached: 0, reasoning: 0, total });
    const answer = (id: string, timestamp: string, total: number) => message(id, 'assistant', { timestamp, usage: usage(total) });
    await openStore(join(dir, '.skein'), { actor: { program: 'other', surface: 'other' } }).create({ workdir: dir }, [
      answer('a', '2026-01-27T12:30:00+02:00', 1),
      answer('b', '2026-01-27T10:45:00Z', 10),
      answer('c', '2026-01-27T09:30:00-02:00', 100),
    ]);
    const used = async (since: string, until: string): Promise<number | undefined> =>
      (await workspace.usage('backend', { since, until }))[0]?.total;
    assert.equal(await used('2026-01-27T10:40:00Z', '2026-01-27T11:00:00Z'), 10);
    assert.equal(await used('2026-01-27T11:00:00Z', '2026-01-27T12:00:00Z'), 100);
    assert.equal(await used('2026-01-27T10:00:00Z', '2026-01-27T10:40:00Z'), 1);
  });
});
