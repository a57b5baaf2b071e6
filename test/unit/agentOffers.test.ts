import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { withModels } from '../../src/agents/modelCatalog.js';
import { HomeFile } from '../../src/core/config/homeFile.js';
import { ToldOffers } from '../../src/core/config/toldOffers.js';
import { SessionError } from '../../src/model/errors.js';
import { silentLogger } from '../../src/model/logger.js';
import { withFolder } from '../support/openFolder.js';
import { startEndpoint } from '../support/endpointServer.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { scriptedCatalog } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';

const told = { models: [{ id: 'scripted-1', title: 'Scripted 1' }], thinking_levels: ['low', 'high'] };
const nothing = { models: [], thinking_levels: [] };

describe('what an agent offers', () => {
  test('is known from its first turn on, also to the next window and in another folder', async () => {
    const agents = scriptedCatalog({ can: { think: true } });
    await withFolder({ agents }, async ({ workspace, open, home }) => {
      assert.deepEqual(await workspace.offers('scripted'), { agent: 'scripted', ...nothing, defaults: { fallbacks: [] } });
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.equal(agents.calls.length, 0, 'nobody is started to be asked');
      await turn(workspace, id, 'hello');
      const elsewhere = join(home, 'elsewhere');
      await mkdir(elsewhere);
      for (const each of [workspace, await open(), await open({ dir: elsewhere })]) {
        assert.deepEqual(await each.offers('scripted'), { agent: 'scripted', ...told, defaults: { fallbacks: [] } });
      }
      assert.match((await (await open()).runPrompt(id, '/model')).text ?? '', /to choose from: scripted-1$/);
    });
  });

  test('comes with what its sessions begin with', async () => {
    await withFolder({}, async ({ workspace, home }) => {
      await mkdir(join(home, '.skein'), { recursive: true });
      const defaults = { model: 'm', fallbacks: ['n'], thinking_level: 'low', permission_mode: 'accept_edits' };
      await writeFile(join(home, '.skein', 'config.yaml'), JSON.stringify({ agents: { scripted: { defaults } } }));
      assert.deepEqual((await workspace.offers('scripted')).defaults, defaults);
      const { id } = await workspace.create({ backend: 'scripted' });
      const { model, fallbacks, thinking_level, permission_mode } = await workspace.settings(id);
      assert.deepEqual({ model, fallbacks, thinking_level, permission_mode }, defaults, 'and that is what its turns run with');
    });
  });

  test('that was kept and cannot be read is told anew', async () => {
    await withFolder({ agents: scriptedCatalog({ can: { think: true } }) }, async ({ workspace, home }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const file = join(home, '.skein', 'agents.json');
      await writeFile(file, '{"version":1,"agents":{"scripted":{"models":[{}]}}}');
      assert.deepEqual((await workspace.offers('scripted')).models, []);
      await turn(workspace, id, 'hello');
      assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { version: 1, agents: { scripted: told } });
    });
  });

  test('is asked of a model behind an address before it ever answered, but not for a folder that is not trusted', async () => {
    const server = await startEndpoint(() => ({ json: { data: [{ id: 'llama', display_name: 'Llama' }, { id: 'qwen' }] } }));
    try {
      let trusted = false;
      const config = { local: { endpoint: { url: server.url } } };
      const agents = withModels(scriptedCatalog(), { env: {}, config: () => Promise.resolve(config) });
      await withFolder({ agents, trusted: () => trusted }, async ({ workspace }) => {
        assert.deepEqual((await workspace.offers('local', { ask: true })).models, []);
        trusted = true;
        assert.deepEqual((await workspace.offers('local')).models, []);
        assert.equal(server.requests.length, 0);
        const models = [
          { id: 'llama', title: 'Llama' },
          { id: 'qwen', title: 'qwen' },
        ];
        assert.deepEqual((await workspace.offers('local', { ask: true })).models, models);
        assert.deepEqual((await workspace.offers('local')).models, models);
      });
    } finally {
      await server.close();
    }
  });

  test('is asked of a program that has told nothing yet and keeps nothing of it, once, in a folder that is gone afterwards', async () => {
    const agents = scriptedCatalog({ tells: true, can: { think: true } });
    let trusted = false;
    await withFolder({ agents, trusted: () => trusted }, async ({ workspace, open, dir }) => {
      assert.deepEqual((await workspace.offers('scripted', { ask: true })).models, []);
      trusted = true;
      assert.deepEqual((await workspace.offers('scripted')).models, []);
      assert.deepEqual(agents.calls, []);
      const both = await Promise.all([1, 2].map(() => workspace.offers('scripted', { ask: true })));
      for (const offers of [...both, await workspace.offers('scripted'), await (await open()).offers('scripted', { ask: true })])
        assert.deepEqual(offers, { agent: 'scripted', ...told, defaults: { fallbacks: [] } });
      assert.deepEqual(agents.calls, ['connect scripted', 'create', 'mode none', 'dispose']);
      const [folder = ''] = agents.folders;
      assert.notEqual(folder, dir);
      assert.ok(!existsSync(folder));
      assert.deepEqual((await workspace.list()).rows, []);
    });
  });

  test('is not asked again of a program that could not be started', async () => {
    const agents = scriptedCatalog({ tells: true, missing: new SessionError('agent_failed', 'it is not signed in') });
    await withFolder({ agents }, async ({ workspace }) => {
      for (const _ of [1, 2]) assert.deepEqual((await workspace.offers('scripted', { ask: true })).models, []);
      assert.deepEqual(agents.calls, ['connect scripted']);
    });
  });

  test('is not asked of another program: that would begin a session of its own', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents }, async ({ workspace }) => {
      assert.deepEqual((await workspace.offers('scripted', { ask: true })).models, []);
      assert.deepEqual(agents.calls, []);
    });
  });
});

test('an agent that could not be asked is asked again by the next who wants to know', async () => {
  await withScratchFolder('told', async (root) => {
    const offers = new ToldOffers(new HomeFile(join(root, 'agents.json'), { program: 'test', logger: silentLogger }));
    await assert.rejects(
      offers.once('scripted', () => Promise.reject(new Error('no room for a folder'))),
      /no room/,
    );
    await offers.once('scripted', () => offers.keep('scripted', { models: [{ id: 'm', title: 'M' }], thinking_levels: [] }));
    assert.deepEqual((await offers.of('scripted')).models, [{ id: 'm', title: 'M' }]);
  });
});
