import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../src/model/logger.js';
import type { Result } from '../../src/protocol/requests.js';
import { call } from '../../src/server/call.js';
import { createHandlers } from '../../src/server/handlers.js';
import { Workspaces } from '../../src/server/workspaces.js';
import { withFolder } from '../support/openFolder.js';

test('a list of the last so many is sorted and cut as asked', async () => {
  let hour = 0;
  await withFolder({ now: () => Date.UTC(2026, 0, 1, (hour += 1)) }, async ({ workspace, dir, env }) => {
    for (const title of ['c', 'a', 'b']) await workspace.create({ backend: 'scripted', title });
    const [, first] = (await workspace.list({ sort: 'created' })).rows;
    await workspace.patch([first?.id ?? ''], { pinned: true });
    const workspaces = new Workspaces({ program: 'test', surface: 'test', env, logger: silentLogger, trustByDefault: false });
    const listed = async (params: object): Promise<string[]> => {
      const result = await call(createHandlers(workspaces), 'sessions/list', { folder: dir, ...params }, new AbortController().signal);
      return (result as Result<'sessions/list'>).rows.map(({ title }) => title);
    };
    assert.deepEqual(await listed({ lastN: 2 }), ['b', 'a']);
    assert.deepEqual(await listed({ lastN: 2, offset: 1 }), ['a']);
    assert.deepEqual(await listed({ lastN: 2, limit: 1, sort: 'created' }), ['b']);
    await workspaces.dispose();
  });
});
