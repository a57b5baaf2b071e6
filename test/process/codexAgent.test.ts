import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AgentConnection, AgentVia } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import { silentLogger } from '../../src/model/logger.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { processesWith } from '../support/processesWith.js';
import { codex, codexAppServer } from '../support/realAgents/codex.js';
import { choose, runTurn } from '../support/runTurn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

// As small as an MCP server can be.
const mcpServer = `
import { createInterface } from 'node:readline';
const tools = [{ name: 'count', description: 'Counts', inputSchema: { type: 'object', properties: {} } }];
const on = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'test', version: '1' } }),
  'tools/list': () => ({ tools }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = on[method] ? { result: on[method](params) } : { error: { code: -32601, message: 'no ' + method } };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...answer }) + '\\n');
}).on('close', () => process.exit(0));
`;

// What is Codex's own, in both ways of driving it; the scenario of all agents has the rest.
for (const [agent, via, again] of [
  [codex, 'acp', 'allow_always'],
  [codexAppServer, 'own', 'allow_session'],
] as const) {
  describe(agent.title, () => {
    const scratch = makeScratchFolder('codex');
    const home = path.join(scratch.folder, 'home');
    const cwd = path.join(scratch.folder, 'project');
    let server: ModelServer;
    let catalog: ReturnType<typeof agentCatalog>;
    let connection: AgentConnection;

    const connect = async (): Promise<void> => {
      connection = await catalog.connect('codex', { cwd, logger: silentLogger });
    };

    before(
      async () => {
        await fs.mkdir(home);
        await fs.mkdir(cwd);
        server = await startModelServer();
        const folders = [await agent.install(), path.dirname(process.execPath), '/usr/bin', '/bin'];
        const env = { ...(await agent.prepare(home, server.url)), HOME: home, PATH: folders.join(path.delimiter) };
        catalog = agentCatalog({ env, demoPath: 'dist/demoAgent.js' });
        await connect();
      },
      { timeout: 900_000 }, // the first time, it is installed
    );
    after(async () => {
      await connection.dispose();
      await server.close();
      scratch.remove();
    });

    test('is found, with all that it can do', () => {
      const { via: found, can }: { via?: AgentVia | undefined; can: readonly string[] } = connection.info;
      assert.equal(found, via);
      for (const ability of ['resume', 'fork', 'fork_at', 'permissions', 'models', 'modes']) assert.ok(can.includes(ability), ability);
    });

    test('answers with thoughts and text, and its warnings are no part of them', async () => {
      const session = await connection.create({ cwd });
      assert.ok(session.models.length > 1);
      const { text, thoughts, updates, result } = await runTurn(session, 'explain the pipes [[think]]');
      assert.equal(text, 'You said: explain the pipes [[think]]\nEarlier user turns: 0');
      assert.equal(thoughts, 'I think about the prompt.');
      assert.match(JSON.stringify(updates.filter(({ kind }) => kind === 'notice')), /Model metadata for `test-model` not found/);
      assert.equal(result.model, 'test-model');
    });

    test('counts what each turn used, also after its process was started again', async () => {
      const first = await connection.create({ cwd });
      const one = { input: 100, output: 10, cached: 40, reasoning: 0, total: 110, cost_usd: null };
      assert.deepEqual((await runTurn(first, 'one')).result.usage, one);
      assert.deepEqual((await runTurn(first, 'two')).result.usage, one);
      await connection.dispose();
      await connect();
      const again = await connection.resume!(first.id, { cwd });
      const { result, updates, text } = await runTurn(again, 'three');
      assert.match(text, /Earlier user turns: 2$/);
      assert.deepEqual(result.usage, one);
      const used = updates.flatMap((update) => (update.kind === 'usage' ? [[update.context_used, update.context_size]] : []));
      assert.deepEqual(used.at(-1), [110, 258_400]);
    });

    test('runs a command, and tells what it prints', async () => {
      const session = await connection.create({ cwd });
      const { calls, asked } = await runTurn(session, '[[bash echo from the shell]]');
      assert.deepEqual(asked, []);
      assert.deepEqual(
        calls.map(({ title, status, output }) => [title, status, output?.trim()]),
        [['echo from the shell', 'completed', 'from the shell']],
      );
    });

    test('shows the change that it asks for, and asks once where it is allowed for the session', async () => {
      const session = await connection.create({ cwd });
      const file = path.join(cwd, 'often.txt');
      const { asked } = await runTurn(session, `[[write ${file} some text]]`, { permit: choose(again) });
      assert.deepEqual(
        asked.map(({ call }) => [call.kind, call.locations, call.diff?.map((diff) => [diff.path, diff.new_text.trim()])]),
        [['edit', [{ path: file }], [[file, 'some text']]]],
      );
      assert.deepEqual((await runTurn(session, `[[write ${file} other text]]`)).asked, []);
      assert.equal((await fs.readFile(file, 'utf8')).trim(), 'other text');
    });

    test('changes nothing in the mode plan', async () => {
      const session = await connection.create({ cwd, mode: 'plan' });
      await runTurn(session, `[[write ${path.join(cwd, 'planned.txt')} text]]`);
      await runTurn(session, '[[bash echo text > planned.txt]]');
      await assert.rejects(fs.access(path.join(cwd, 'planned.txt')), { code: 'ENOENT' });
    });

    test('edits in its folder unasked where that is the mode', async () => {
      const session = await connection.create({ cwd });
      await session.setMode('accept_edits');
      const file = path.join(cwd, 'unasked.txt');
      assert.deepEqual((await runTurn(session, `[[write ${file} text]]`)).asked, []);
      assert.equal((await fs.readFile(file, 'utf8')).trim(), 'text');
    });

    test('starts the MCP server that it is given, and offers its tools', async () => {
      const file = path.join(scratch.folder, 'mcp.mjs');
      await fs.writeFile(file, mcpServer);
      const mcp = [{ name: 'skein', command: process.execPath, args: [file], env: {} }];
      const session = await connection.create({ cwd, mcp });
      await runTurn(session, 'what can you do');
      const request = server.requests.findLast(({ prompts }) => prompts.at(-1) === 'what can you do');
      assert.match(request?.tools.join(' ') ?? '', /mcp__skein/);
    });

    test('does not know a session or a message that is not there', async () => {
      await assert.rejects(connection.resume!('0b9a2c4e-0000-4000-8000-000000000000', { cwd }), { code: 'not_found' });
      const session = await connection.create({ cwd });
      await runTurn(session, 'one');
      await assert.rejects(connection.forkAt!(session.id, { turns: 1, messageId: 'msg_of_another' }, { cwd }));
    });

    test('leaves no process behind', async () => {
      await connection.dispose();
      await connection.closed;
      assert.deepEqual(await processesWith(`HOME=${home}`), []);
      await connect();
    });
  });
}
