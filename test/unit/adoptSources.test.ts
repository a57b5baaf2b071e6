import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import type { Entry } from '../../src/model/entry.js';
import type { SessionRow } from '../../src/model/row.js';
import { folderState } from '../support/folderState.js';
import { withFolder } from '../support/openFolder.js';
import { placeStore, sourceHomes } from '../support/sourceHomes.js';

const conversation = (entries: readonly Entry[]): readonly string[] =>
  entries.filter(({ type }) => !['session', 'info', 'lease'].includes(type)).map(({ id }) => id);

const sumOf = (rows: readonly SessionRow[]): number => rows.reduce((sum, { tokens }) => sum + tokens, 0);

const saidTokens = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + (entry.type === 'message' ? (entry.usage?.total ?? 0) : 0), 0);

const used = async (workspace: Workspace): Promise<number> => (await workspace.usage()).reduce((sum, { total }) => sum + total, 0);

describe('every session of every source', () => {
  for (const place of sourceHomes) {
    test(`${place.fixture}: is listed, read, adopted and forked, and its store stays as it was, byte for byte`, async () => {
      await withFolder({}, async ({ dir, home, open }) => {
        const folder = await placeStore(place, { home, dir });
        const before = await folderState(folder);
        const workspace = await open();
        const filter = { source: place.source, scope: 'all', archived: true } as const;
        const rows = (await workspace.list(filter)).rows.filter(({ problem }) => !problem);
        assert.ok(rows.length > 0);
        let total = 0;
        for (const row of rows) {
          const theirs = await workspace.history(row.id);
          const adopted = await workspace.resume(row.id);
          assert.deepEqual(adopted.origin, { source: place.source, id: row.id.slice(place.source.length + 1), path: row.path });
          assert.deepEqual(
            [adopted.title, adopted.last_used, adopted.backend_session_id],
            [row.title, row.last_used, row.backend_session_id],
          );
          assert.equal(adopted.tokens, Math.max(row.tokens, saidTokens(theirs)));
          // A sub-agent, which cannot be resumed, is in its parent's sum where that has one.
          const isPart = row.backend_session_id === undefined && (rows.find(({ id }) => id === row.parent_id)?.tokens ?? 0) > 0;
          total += isPart ? 0 : adopted.tokens;
          assert.deepEqual(conversation(await workspace.history(adopted.id)), conversation(theirs), 'the whole transcript');
          assert.equal((await workspace.resume(row.id)).id, adopted.id);
          const fork = await workspace.fork(row.id, {});
          assert.equal(fork.parent_id, adopted.id);
          assert.equal(fork.token_usage.total, 0, 'what it inherits is the other’s');
        }
        assert.equal((await workspace.list(filter)).rows.filter(({ problem }) => !problem).length, 0, 'the adopted one is the only row');
        assert.equal((await workspace.list({ source: 'skein', scope: 'all' })).rows.length, 2 * rows.length);
        // Those of a folder that is there belong to that one.
        const elsewhere = rows.filter(({ workdir }) => workdir !== '' && workdir !== dir && existsSync(workdir));
        assert.equal((await used(workspace)) + sumOf(elsewhere), total, 'and counts what its source counted');
        assert.deepEqual(await folderState(folder), before);
      });
    });
  }
});
