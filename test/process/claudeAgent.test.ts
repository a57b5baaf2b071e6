import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import type { AgentConnection, AgentSession } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import { SessionError } from '../../src/model/errors.js';
import { silentLogger } from '../../src/model/logger.js';
import { claudeAdapterVersion, installClaudeAdapter } from '../support/agentInstall.js';
import { processesWith } from '../support/processesWith.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { choose, runTurn } from '../support/runTurn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

// The real Claude Code through claude-agent-acp, against a model server of our own that sees what it is sent.
describe('Claude Code', () => {
  const scratch = makeScratchFolder('claude');
  const home = path.join(scratch.folder, 'home');
  const cwd = path.join(scratch.folder, 'project');
  let server: ModelServer;
  let catalog: ReturnType<typeof agentCatalog>;
  let connection: AgentConnection;

  const connect = async (): Promise<AgentConnection> => {
    connection = await catalog.connect('claude', { cwd, logger: silentLogger });
    return connection;
  };
  const exists = (file: string): Promise<boolean> =>
    fs.access(path.join(cwd, file)).then(
      () => true,
      () => false,
    );

  before(
    async () => {
      await fs.mkdir(home);
      await fs.mkdir(cwd);
      const folder = await installClaudeAdapter();
      server = await startModelServer();
      catalog = agentCatalog({
        env: {
          PATH: [path.join(folder, 'node_modules/.bin'), process.env['PATH']].join(path.delimiter),
          HOME: home,
          ANTHROPIC_BASE_URL: server.url,
          ANTHROPIC_API_KEY: 'a-key-for-the-test',
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
          CLAUDE_CODE_MAX_RETRIES: '0',
          DISABLE_AUTOUPDATER: '1',
          IS_SANDBOX: '1',
        },
        demoPath: 'dist/demoAgent.js',
      });
      await connect();
    },
    { timeout: 600_000 }, // the first time, the adapter is installed
  );
  after(async () => {
    await connection.dispose();
    await server.close();
    scratch.remove();
  });

  test('is found, with its version', async () => {
    const claude = (await catalog.list()).find(({ name }) => name === 'claude');
    assert.equal(claude?.version, claudeAdapterVersion);
    assert.equal(claude.problem, undefined);
    assert.deepEqual([...connection.info.can].sort(), ['fork', 'load', 'models', 'modes', 'permissions', 'resume']);
  });

  test('answers a turn: thoughts, text, tokens, cost, model and title', async () => {
    const session = await connection.create({ cwd });
    assert.ok(session.models.length > 1);
    const { result, text, thoughts, updates } = await runTurn(session, 'explain the pipes in this project [[think]]');
    assert.equal(text, 'You said: explain the pipes in this project [[think]]\nEarlier user turns: 0');
    assert.equal(thoughts, 'I think about the prompt.');
    assert.ok(updates.filter(({ kind }) => kind === 'text').length > 1);
    assert.equal(result.stop_reason, 'end_turn');
    assert.equal(result.usage?.total, result.usage!.input + result.usage!.output);
    assert.ok((result.usage?.cost_usd ?? 0) > 0);
    assert.match(result.model ?? '', /^claude-/);
    assert.ok(updates.some(({ kind }) => kind === 'title'));
    assert.equal(server.requests.find(({ prompts }) => prompts.length > 0)?.apiKey, 'a-key-for-the-test');
  });

  test('resumes with the history after its process was started again, and counts only what the new turn costs', async () => {
    const first = await connection.create({ cwd });
    const spent = (await runTurn(first, 'the word is heron')).result.usage?.cost_usd;
    assert.ok(spent);
    await connection.dispose();
    await connect();
    assert.ok(connection.resume);
    const session = await connection.resume(first.id, { cwd, spent_usd: spent });
    assert.equal(session.id, first.id);
    const { text, result, updates } = await runTurn(session, 'and now the second turn');
    assert.equal(text, 'You said: and now the second turn\nEarlier user turns: 1');
    // Nothing of the history is sent to us again.
    assert.doesNotMatch(JSON.stringify(updates.filter(({ kind }) => kind === 'text')), /heron/);
    const sent = server.requests.find(({ prompts }) => prompts.at(-1) === 'and now the second turn');
    assert.deepEqual(sent?.prompts, ['the word is heron', 'and now the second turn']);
    assert.ok((result.usage?.cost_usd ?? 0) > 0 && (result.usage?.cost_usd ?? 0) < 2 * spent);
  });

  test('forks with the history, and leaves the parent as it was', async () => {
    const parent = await connection.create({ cwd });
    await runTurn(parent, 'one');
    await runTurn(parent, 'two');
    assert.ok(connection.fork);
    const fork = await connection.fork(parent.id, { cwd });
    assert.notEqual(fork.id, parent.id);
    assert.match((await runTurn(fork, 'in the fork')).text, /Earlier user turns: 2$/);
    const after = await runTurn(parent, 'in the parent');
    assert.match(after.text, /Earlier user turns: 2$/);
    assert.deepEqual(server.requests.findLast(({ prompts }) => prompts.at(-1) === 'in the parent')?.prompts, [
      'one',
      'two',
      'in the parent',
    ]);
  });

  test('does not know a session that is not there', async () => {
    await assert.rejects(connection.resume!('0b9a2c4e-0000-4000-8000-000000000000', { cwd }), {
      code: 'not_found',
      message: 'Claude Code does not know this session any more',
    });
  });

  test('stops at a cancel, and goes on with the next prompt', async () => {
    const session = await connection.create({ cwd });
    const cancel = new AbortController();
    const turn = runTurn(session, 'talk on and on [[hang]]', { signal: cancel.signal });
    await server.hanging();
    cancel.abort();
    assert.equal((await turn).result.stop_reason, 'cancelled');
    assert.match((await runTurn(session, 'are you there')).text, /^You said: are you there/);
  });

  test('writes a file that it was allowed to write, and shows the change', async () => {
    const session = await connection.create({ cwd });
    const file = path.join(cwd, 'allowed.txt');
    const { asked, calls, text } = await runTurn(session, `[[write ${file} some text]]`, { permit: choose('allow_once') });
    assert.deepEqual(
      asked.map(({ title, call }) => [title, call.kind, call.diff?.[0]?.new_text]),
      [['Write allowed.txt', 'edit', 'some text']],
    );
    assert.equal(calls[0]?.status, 'completed');
    assert.deepEqual(calls[0].locations, [{ path: file }]);
    assert.match(text, /^The tool said: File created/);
    assert.equal(await fs.readFile(file, 'utf8'), 'some text');
  });

  test('does not write a file that it was refused', async () => {
    const session = await connection.create({ cwd });
    const { asked, calls } = await runTurn(session, `[[write ${path.join(cwd, 'refused.txt')} text]]`, { permit: choose('reject_once') });
    assert.equal(asked.length, 1);
    assert.equal(calls[0]?.status, 'denied');
    assert.equal(await exists('refused.txt'), false);
  });

  test('asks in the mode ask although the settings of the folder allow edits', async () => {
    await fs.mkdir(path.join(cwd, '.claude'));
    await fs.writeFile(path.join(cwd, '.claude/settings.json'), JSON.stringify({ permissions: { defaultMode: 'acceptEdits' } }));
    const file = path.join(cwd, 'mode.txt');
    const asking: AgentSession = await connection.create({ cwd });
    assert.equal((await runTurn(asking, `[[write ${file} text]]`, { permit: choose('reject_once') })).asked.length, 1);
    const accepting = await connection.create({ cwd, mode: 'accept_edits' });
    assert.equal((await runTurn(accepting, `[[write ${file} text]]`)).asked.length, 0);
    assert.equal(await exists('mode.txt'), true);
  });

  const failures: readonly (readonly [status: number, message: string, hint: RegExp])[] = [
    [401, 'Claude Code is not signed in', /^sign in with the agent's own program or mend its key/],
    [429, 'Claude Code has reached its rate limit', /the test ordered status 429/],
    [500, 'Claude Code answered with an error', /the test ordered status 500/],
  ];
  for (const [status, message, hint] of failures) {
    test(`says what is wrong when the model answers ${status}`, async () => {
      const session = await connection.create({ cwd });
      await assert.rejects(runTurn(session, `[[fail ${status}]]`), (error) => {
        assert.ok(error instanceof SessionError);
        assert.equal(error.code, 'agent_failed');
        assert.equal(error.message, message);
        assert.match(error.hint ?? '', hint);
        return true;
      });
    });
  }

  // Only /proc tells whose process is whose.
  if (process.platform === 'linux') {
    test('leaves no process behind when it is disposed of', async () => {
      await connection.create({ cwd });
      const mine = (): Promise<number[]> => processesWith(`HOME=${home}`);
      assert.ok((await mine()).length > 1);
      await connection.dispose();
      // A killed process is there until the kernel has taken it apart.
      while ((await mine()).length > 0) await delay(10);
    });
  }
});
