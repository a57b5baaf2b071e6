import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename } from 'node:fs/promises';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { AgentConnection } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import type { Workspace } from '../../src/core/workspace.js';
import { silentLogger } from '../../src/model/logger.js';
import { installGemini } from '../support/agentInstall.js';
import { processesWith } from '../support/processesWith.js';
import { makeAgentPlace, type AgentPlace } from '../support/realAgents/agentPlace.js';
import { gemini } from '../support/realAgents/gemini.js';
import { tell } from '../support/realAgents/told.js';
import { choose, runTurn } from '../support/runTurn.js';

// The real Gemini CLI with the clean-up that it has by default, which deletes conversations that were resumed.
describe('Gemini CLI', () => {
  let place: AgentPlace;
  let workspace: Workspace;

  before(
    async () => {
      place = await makeAgentPlace(gemini);
      workspace = await place.open();
    },
    { timeout: 900_000 }, // the first time, it is installed
  );
  after(() => place.close());

  test('is one process, which does not start itself again', async () => {
    const { id } = await workspace.create({ backend: 'gemini' });
    await tell(workspace, id, 'hello');
    const lines = await Promise.all(
      (await processesWith(`SKEIN_SESSION=${id}`)).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    assert.equal(lines.filter((line) => line.includes('--acp')).length, 1);
  });

  test("the person's own conversations stay as they are, those that were resumed too", { timeout: 300_000 }, async () => {
    const [once, resumed] = [randomUUID(), randomUUID()];
    await alone(place, '--session-id', once, '-p', 'said once');
    await alone(place, '--session-id', resumed, '-p', 'the word is heron');
    // As if it were begun yesterday: resumed in another minute, it gets a second file, which its clean-up takes for an empty one.
    await renameChats(place, resumed, '2026-11-20T10-00');
    await alone(place, '--resume', resumed, '-p', 'the word is egret');
    const before = await chats(place);
    assert.equal([...before.keys()].filter((name) => name.includes(resumed.slice(0, 8))).length, 2);

    const { id } = await workspace.create({ backend: 'gemini' });
    await tell(workspace, id, 'one');
    const fork = await workspace.fork(id, {});
    await tell(workspace, fork.id, 'two');
    await workspace.dispose();
    workspace = await place.open();
    await tell(workspace, id, 'three');
    const now = await chats(place);
    for (const [name, text] of before) assert.equal(now.get(name), text, name);

    const { rows } = await workspace.list();
    for (const [own, words] of [
      [once, /said once/],
      [resumed, /heron[^]*egret/],
    ] as const) {
      const row = rows.find(({ backend_session_id: name }) => name === own);
      assert.match(JSON.stringify(await workspace.history(row?.id ?? '')), words);
    }
  });

  describe('with a session of its own', () => {
    let connection: AgentConnection;
    before(async () => {
      const env = { ...process.env, HOME: place.home, ...(await gemini.prepare(place.home, place.server.url)) };
      const config = { gemini: { command: await installGemini() } };
      const catalog = agentCatalog({ env, config, demoPath: 'dist/demoAgent.js' });
      connection = await catalog.connect('gemini', { cwd: place.dir, logger: silentLogger });
    });
    after(() => connection.dispose());

    test('offers its models, and answers with the one that was chosen', async () => {
      const session = await connection.create({ cwd: place.dir });
      assert.ok(session.models.length > 2);
      assert.equal(session.model, 'gemini-2.5-flash');
      await session.setModel('gemini-2.5-pro');
      assert.match((await runTurn(session, 'who are you')).text, /^You said: who are you/);
      assert.equal(place.server.requests.at(-1)?.model, 'gemini-2.5-pro');
    });

    test('works in the folder of the session, where it asks, accepts edits, or only plans, as its mode is', async () => {
      const there = (file: string): Promise<string> => readFile(path.join(place.dir, file), 'utf8');
      const asks = await connection.create({ cwd: place.dir, mode: 'ask' });
      const asked = await runTurn(asks, '[[write asked.txt yes]]', { permit: choose('allow_once') });
      assert.deepEqual([asked.asked.length, asked.calls[0]?.status, await there('asked.txt')], [1, 'completed', 'yes']);
      const shell = await runTurn(asks, '[[bash pwd > where.txt]]', { permit: choose('allow_once') });
      assert.equal((await there('where.txt')).trim(), place.dir);
      assert.match(shell.asked[0]?.call.output ?? '', new RegExp(`current working directory ${place.dir}\\]`));
      const accepts = await connection.create({ cwd: place.dir, mode: 'accept_edits' });
      assert.equal((await runTurn(accepts, '[[write accepted.txt yes]]')).asked.length, 0);
      assert.equal(await there('accepted.txt'), 'yes');
      const plans = await connection.create({ cwd: place.dir, mode: 'plan' });
      await runTurn(plans, '[[write planned.txt yes]]', { permit: choose('allow_once') });
      await assert.rejects(there('planned.txt'), { code: 'ENOENT' });
    });
  });
});

/** Runs the program as the person does. */
async function alone({ dir, home, server }: AgentPlace, ...args: string[]): Promise<void> {
  const env = { PATH: process.env['PATH'], HOME: home, ...(await gemini.prepare(home, server.url)) };
  await promisify(execFile)(process.execPath, [await installGemini(), '--skip-trust', ...args], { env, cwd: dir, timeout: 120_000 });
}

/** The conversations of the folder, by file name. */
async function chats(place: AgentPlace): Promise<ReadonlyMap<string, string>> {
  const folder = chatsFolder(place);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const)));
}

async function renameChats(place: AgentPlace, id: string, minute: string): Promise<void> {
  const folder = chatsFolder(place);
  const short = id.slice(0, 8);
  for (const name of await readdir(folder)) {
    if (name.includes(short)) await rename(path.join(folder, name), path.join(folder, `session-${minute}-${short}.jsonl`));
  }
}

const chatsFolder = ({ home, dir }: AgentPlace): string => path.join(home, '.gemini/tmp', path.basename(dir), 'chats');
