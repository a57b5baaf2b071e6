import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../src/model/logger.js';
import type { Result } from '../../src/protocol/requests.js';
import { call } from '../../src/server/call.js';
import { createHandlers } from '../../src/server/handlers.js';
import { Workspaces } from '../../src/server/workspaces.js';
import { withFolder } from '../support/openFolder.js';
import { cancelled, scriptedCatalog, type Script } from '../support/scriptedCatalog.js';
import { content } from '../support/turn.js';
import { until } from '../support/until.js';

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

test('a turn is answered and cancelled by any id that its session has', async () => {
  const asking: Script = async (_prompt, hooks) => {
    const options = [{ id: 'yes', label: 'Allow', kind: 'allow_once' as const }];
    const call = { id: 'c', kind: 'other', title: 'Do it', status: 'pending' } as const;
    const option = await hooks.permission({ id: 'r', title: 'Do it?', call, options });
    hooks.update({ kind: 'text', delta: `answer: ${String(option)}` });
    return cancelled(hooks);
  };
  await withFolder({ agents: scriptedCatalog({ script: asking }) }, async ({ workspace, dir }) => {
    const { id } = await workspace.create({ backend: 'scripted' });
    const handlers = createHandlers({ get: () => Promise.resolve(workspace), set: () => Promise.resolve() });
    const about = { folder: dir, id: id.slice(0, 8) };
    const { done, complete } = await workspace.startTurn(id, content('go'));
    await until('it asks', async () => (await workspace.get(id)).running?.state === 'waiting');
    await handlers['turn/respond']({ ...about, request: 'r', option: 'yes' }, new AbortController().signal);
    await until('it is answered', async () => (await workspace.snapshot(id)).live.some((update) => update.kind === 'text'));
    await handlers['turn/cancel'](about, new AbortController().signal);
    assert.equal((await done).stop_reason, 'cancelled');
    assert.match(JSON.stringify(complete), /answer: yes/);
  });
});
