import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as z from 'zod';
import type { AgentConnection, AgentSession } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import { silentLogger } from '../../src/model/logger.js';
import { installClaude } from '../support/agentInstall.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { claude } from '../support/realAgents/claude.js';
import { choose, runTurn } from '../support/runTurn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

const bodySchema = z.looseObject({
  output_config: z.looseObject({ effort: z.string() }),
  tools: z.array(z.looseObject({ name: z.string() })),
});

/** An MCP server of one tool, which says what its environment holds. */
const mcpScript = `
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: () => ({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'herons', version: '1' } }),
    'tools/list': () => ({ tools: [{ name: process.env.TOOL, description: 'Counts herons', inputSchema: { type: 'object', properties: {} } }] }),
  };
  const answer = results[method] ? { result: results[method]() } : { error: { code: -32601, message: method } };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...answer }) + '\\n');
});
`;

describe('what Claude Code alone can do through its own interface', () => {
  const scratch = makeScratchFolder('claude-own');
  const [home, cwd] = [path.join(scratch.folder, 'home'), path.join(scratch.folder, 'project')];
  let server: ModelServer;
  let connection: AgentConnection;

  const sentWith = (prompt: string) => bodySchema.parse(server.requests.findLast(({ prompts }) => prompts.at(-1) === prompt)?.body);
  const effortOf = async (session: AgentSession, prompt: string): Promise<string> => {
    await runTurn(session, prompt);
    return sentWith(prompt).output_config.effort;
  };

  before(
    async () => {
      for (const made of [home, cwd]) mkdirSync(made);
      server = await startModelServer();
      const env = {
        ...(await claude.prepare(home, server.url)),
        PATH: [await installClaude(), process.env['PATH']].join(path.delimiter),
        HOME: home,
      };
      connection = await agentCatalog({ env, demoPath: 'dist/demoAgent.js' }).connect('claude', { cwd, logger: silentLogger });
    },
    { timeout: 600_000 }, // the first time, the adapter is installed
  );
  after(async () => {
    await connection.dispose();
    await server.close();
    scratch.remove();
  });

  test('it thinks as much as it is told to, and has no level that its model has not got', async () => {
    const session = await connection.create({ cwd });
    assert.deepEqual(session.levels, ['low', 'medium', 'high', 'xhigh']);
    await session.setThinking?.('low');
    assert.equal(await effortOf(session, 'think a little'), 'low');
    await session.setThinking?.('xhigh');
    assert.equal(await effortOf(session, 'think a lot'), 'xhigh');
    for (const level of ['minimal', 'off'] as const) await assert.rejects(session.setThinking!(level), { code: 'unsupported' });
  });

  test('it offers the model the tools of an MCP server that it is given', async () => {
    const script = path.join(scratch.folder, 'herons.mjs');
    writeFileSync(script, mcpScript);
    const mcp = [{ name: 'herons', command: process.execPath, args: [script], env: { TOOL: 'count' } }];
    const session = await connection.create({ cwd, mcp });
    await runTurn(session, 'which tools are there');
    assert.match(JSON.stringify(sentWith('which tools are there')), /mcp__herons__count/);
    await runTurn(await connection.create({ cwd }), 'and which are there now');
    assert.doesNotMatch(JSON.stringify(sentWith('and which are there now')), /herons/);
  });

  test('it tells what a turn cost in a session that it resumes or forks, whatever is known of it here', async () => {
    const first = await connection.create({ cwd });
    const costs = [];
    for (const text of ['one', 'two', 'three']) costs.push((await runTurn(first, text)).result.usage?.cost_usd ?? 0);
    const dear = Math.max(...costs) * 2;
    for (const open of [connection.resume!, connection.fork!]) {
      const session = await open.call(connection, first.id, { cwd });
      const cost = (await runTurn(session, 'four')).result.usage?.cost_usd ?? 0;
      assert.ok(cost > 0 && cost < dear, `${cost} after ${costs.join(', ')}`);
    }
  });

  test('it asks before a command, which runs when that is allowed, and shows what it printed', async () => {
    const session = await connection.create({ cwd });
    const { asked, calls, updates } = await runTurn(session, '[[bash touch heron.txt && printf heron]]', { permit: choose('allow_once') });
    assert.deepEqual(
      asked.map(({ title, call }) => [title, call.kind]),
      [['touch heron.txt && printf heron', 'execute']],
    );
    assert.deepEqual([calls[0]?.status, calls[0]?.output], ['completed', 'heron']);
    const statuses = updates.flatMap((update) => (update.kind === 'tool' ? [update.call.status] : []));
    assert.deepEqual([...new Set(statuses.slice(statuses.lastIndexOf('pending')))], ['pending', 'running', 'completed']);
  });

  test('a mode that edits unasked is left again', async () => {
    const session = await connection.create({ cwd, mode: 'accept_edits' });
    const write = (name: string) => runTurn(session, `[[write ${path.join(cwd, name)} text]]`, { permit: choose('reject_once') });
    assert.equal((await write('unasked.txt')).asked.length, 0);
    await session.setMode('ask');
    assert.equal((await write('asked.txt')).asked.length, 1);
    await assert.rejects(session.setMode('yolo'), { code: 'unsupported' });
  });

  test('a second prompt waits for nobody: the session is busy', async () => {
    const session = await connection.create({ cwd });
    const cancel = new AbortController();
    const turn = runTurn(session, 'talk on [[hang]]', { signal: cancel.signal });
    await assert.rejects(runTurn(session, 'me too'), { code: 'busy' });
    cancel.abort();
    assert.equal((await turn).result.stop_reason, 'cancelled');
  });
});
