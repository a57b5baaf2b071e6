import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SessionError } from '../../src/model/errors.js';
import { folderState } from '../support/folderState.js';
import { withFolder } from '../support/openFolder.js';
import { placeStore, sourceHomes } from '../support/sourceHomes.js';

const readOnly = new Set(['codex', 'gemini', 'opencode', 'clawdius', 'openclaw']);

describe('a session of a program whose store is not written', () => {
  for (const place of sourceHomes.filter(({ source }) => readOnly.has(source))) {
    test(`${place.fixture}: says why it cannot be renamed, tagged or deleted there, and nothing is touched`, async () => {
      await withFolder({}, async ({ dir, home, open }) => {
        const folder = await placeStore(place, { home, dir });
        const before = await folderState(folder);
        const workspace = await open();
        const reason = (await workspace.sources()).find(({ name }) => name === place.source)?.readOnly ?? '';
        assert.notEqual(reason, '');
        const rows = (await workspace.list({ source: place.source, scope: 'all', archived: true })).rows.filter(({ problem }) => !problem);
        const id = rows[0]?.id ?? '';
        const saysWhy = (error: unknown): boolean =>
          error instanceof SessionError && error.code === 'read_only' && error.message.includes(reason);
        await assert.rejects(workspace.patch([id], { title: 'another' }), saysWhy);
        await assert.rejects(workspace.patch([id], { addTags: ['a'] }), saysWhy);
        const [plan] = await workspace.planRemoval([id]);
        assert.deepEqual([plan?.removable, plan?.detail], [false, reason]);
        await assert.rejects(workspace.remove([id], { inSource: true }), saysWhy);
        assert.deepEqual(await folderState(folder), before);
      });
    });
  }
});
