import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AgentConnection } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import { silentLogger } from '../../src/model/logger.js';
import { installOpencode } from '../support/agentInstall.js';
import { makeAgentPlace, type AgentPlace } from '../support/realAgents/agentPlace.js';
import { opencode } from '../support/realAgents/opencode.js';
import { choose, runTurn } from '../support/runTurn.js';

// The real OpenCode, which by itself asks for nothing, in a folder whose settings allow everything.
describe('OpenCode', () => {
  let place: AgentPlace;
  let connection: AgentConnection | undefined;
  const there = (file: string): Promise<string> => readFile(path.join(place.dir, file), 'utf8');

  before(
    async () => {
      place = await makeAgentPlace(opencode);
      const env = {
        ...process.env,
        HOME: place.home,
        XDG_CONFIG_HOME: undefined,
        ...(await opencode.prepare(place.home, place.server.url)),
      };
      const settings = path.join(place.home, '.config/opencode/opencode.json');
      const own = JSON.parse(await readFile(settings, 'utf8')) as object;
      await writeFile(settings, JSON.stringify({ ...own, permission: { bash: { 'touch *': 'allow', 'rm *': 'deny' } } }));
      const everything = { edit: 'allow', bash: 'allow' };
      await mkdir(path.join(place.dir, '.opencode'));
      for (const name of ['opencode.json', '.opencode/opencode.json']) {
        const loose = { permission: everything, agent: { build: { permission: everything } } };
        await writeFile(path.join(place.dir, name), JSON.stringify(loose));
      }
      const config = { opencode: { command: await installOpencode() } };
      const catalog = agentCatalog({ env, config, limits: { quiet: 2000 }, demoPath: 'dist/demoAgent.js' });
      connection = await catalog.connect('opencode', { cwd: place.dir, logger: silentLogger });
    },
    { timeout: 900_000 }, // the first time, it is installed
  );
  after(async () => {
    await connection?.dispose();
    await place.close();
  });

  test('asks in the mode ask although the folder allows everything; what the person ruled of single commands stands', async () => {
    const session = await connection!.create({ cwd: place.dir, mode: 'ask' });
    const refused = await runTurn(session, '[[write refused.txt yes]]', { permit: choose('reject_once') });
    assert.deepEqual([refused.asked.length, refused.calls[0]?.status], [1, 'denied']);
    await assert.rejects(there('refused.txt'), { code: 'ENOENT' });
    const shell = await runTurn(session, '[[bash pwd > where.txt]]', { permit: choose('allow_once') });
    assert.equal(shell.asked.length, 1);
    assert.equal((await there('where.txt')).trim(), place.dir);
    assert.equal((await runTurn(session, '[[bash touch touched.txt]]')).asked.length, 0);
    assert.equal(await there('touched.txt'), '');
    assert.equal((await runTurn(session, '[[bash rm where.txt]]', { permit: choose('allow_once') })).asked.length, 0);
    assert.equal((await there('where.txt')).trim(), place.dir);
  });

  test('only plans in the mode plan', async () => {
    const session = await connection!.create({ cwd: place.dir, mode: 'plan' });
    await runTurn(session, '[[write planned.txt yes]]', { permit: choose('allow_once') });
    await assert.rejects(there('planned.txt'), { code: 'ENOENT' });
  });

  test('offers its models, and answers with the one that was chosen', async () => {
    const session = await connection!.create({ cwd: place.dir });
    assert.ok(session.models.some(({ id }) => id === 'test/small'));
    await session.setModel('test/small');
    assert.match((await runTurn(session, 'who are you')).text, /^You said: who are you/);
    assert.ok(place.server.requests.some(({ model, prompts }) => model === 'small' && prompts.at(-1) === 'who are you'));
  });

  test('says that it is silent while it tries again and again, and stops at a cancel', async () => {
    const session = await connection!.create({ cwd: place.dir });
    const cancel = new AbortController();
    const { result, updates } = await runTurn(session, '[[fail 500 60000]]', {
      signal: cancel.signal,
      onUpdate: ({ kind }) => {
        if (kind === 'notice') cancel.abort();
      },
    });
    assert.equal(result.stop_reason, 'cancelled');
    const notice = updates.find((update) => update.kind === 'notice');
    assert.match(notice?.text ?? '', /^OpenCode has said nothing for 2 s/);
  });
});
