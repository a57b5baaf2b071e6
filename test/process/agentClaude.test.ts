import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import type { AgentConnection, AgentInfo } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import { SessionError } from '../../src/model/errors.js';
import { silentLogger } from '../../src/model/logger.js';
import { installClaude, installClaudeAdapter } from '../support/agentInstall.js';
import { processesWith } from '../support/processesWith.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { claudeEnvironment } from '../support/realAgents/claude.js';
import { choose, runTurn, type RanTurn } from '../support/runTurn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

interface Way {
  readonly title: string;
  readonly via: AgentInfo['via'];
  readonly can: readonly string[];
  /** The folder of its program, in which there is no other. */
  readonly folder: () => Promise<string>;
}
const both = ['fork', 'fork_at', 'models', 'modes', 'permissions', 'resume'];
const ways: readonly Way[] = [
  {
    title: 'Claude Code through its adapter',
    via: 'acp',
    can: [...both, 'load'],
    folder: async () => path.join(await installClaudeAdapter(), 'node_modules/.bin'),
  },
  {
    title: 'Claude Code through its own interface',
    via: 'own',
    can: [...both, 'thinking'],
    folder: installClaude,
  },
];

// The real Claude Code, against a model server of our own that sees what it is sent.
for (const way of ways) {
  describe(way.title, () => {
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
    /** What the model was sent with the prompt: the request, and the prompts in it. */
    const sentWith = (prompt: string) => server.requests.findLast(({ prompts }) => prompts.at(-1) === prompt);
    const idOfAnswer = ({ updates }: RanTurn) => updates.flatMap((update) => (update.kind === 'text' ? [update.source_id] : [])).at(-1);

    before(
      async () => {
        await fs.mkdir(home);
        await fs.mkdir(cwd);
        server = await startModelServer();
        catalog = agentCatalog({
          env: {
            PATH: [await way.folder(), process.env['PATH']].join(path.delimiter),
            HOME: home,
            ...claudeEnvironment(server.url),
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

    test('is found, with how it is spoken to and what it can do', async () => {
      const claude = (await catalog.list()).find(({ name }) => name === 'claude');
      assert.deepEqual([claude?.problem, claude?.via], [undefined, way.via]);
      assert.match(claude?.version ?? '', /^\d+\.\d+\.\d+$/);
      assert.deepEqual([...(claude?.can ?? [])].sort(), [...way.can].sort());
      assert.deepEqual([...connection.info.can].sort(), [...way.can].sort());
    });

    test('answers a turn: thoughts, text, tokens, cost, context, model and title', async () => {
      const session = await connection.create({ cwd });
      assert.ok(session.models.length > 1);
      const { result, text, thoughts, updates } = await runTurn(session, 'explain the pipes in this project [[think]]');
      assert.equal(text, 'You said: explain the pipes in this project [[think]]\nEarlier user turns: 0');
      assert.equal(thoughts, 'I think about the prompt.');
      assert.ok(updates.filter(({ kind }) => kind === 'text').length > 1);
      assert.ok(updates.findIndex(({ kind }) => kind === 'thinking') < updates.findIndex(({ kind }) => kind === 'text'));
      assert.equal(result.stop_reason, 'end_turn');
      assert.ok((result.usage?.output ?? 0) > 0);
      assert.equal(result.usage?.total, result.usage!.input + result.usage!.output);
      assert.ok((result.usage?.cost_usd ?? 0) > 0);
      const context = updates.findLast((update) => update.kind === 'usage');
      assert.ok((context?.context_used ?? 0) > 0 && (context?.context_size ?? 0) > context!.context_used!);
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
      assert.deepEqual(sentWith('and now the second turn')?.prompts, ['the word is heron', 'and now the second turn']);
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
      assert.deepEqual(sentWith('in the parent')?.prompts, ['one', 'two', 'in the parent']);
    });

    test('forks at a message: with the history up to it, thoughts and tools included', async () => {
      const parent = await connection.create({ cwd });
      await runTurn(parent, 'first [[think]]');
      const file = path.join(cwd, 'before-the-fork.txt');
      const point = await runTurn(parent, `[[write ${file} words]]`, { permit: choose('allow_once') });
      await runTurn(parent, 'third');
      assert.ok(connection.forkAt);
      const fork = await connection.forkAt(parent.id, { turns: 2, messageId: idOfAnswer(point) }, { cwd });
      assert.notEqual(fork.id, parent.id);
      await runTurn(fork, 'in the fork at a message');
      assert.deepEqual(sentWith('in the fork at a message')?.prompts, [
        'first [[think]]',
        `[[write ${file} words]]`,
        'in the fork at a message',
      ]);
      assert.match(JSON.stringify(sentWith('in the fork at a message')?.body), /File created successfully/);
      await runTurn(parent, 'fourth');
      assert.equal(sentWith('fourth')?.prompts.length, 4);
    });

    test('says so when the message or the session to fork is not there', async () => {
      const parent = await connection.create({ cwd });
      await runTurn(parent, 'one');
      await assert.rejects(connection.forkAt!(parent.id, { turns: 1, messageId: 'msg_that_never_was' }, { cwd }), { code: 'not_found' });
      await assert.rejects(connection.forkAt!(parent.id, { turns: 1, messageId: undefined }, { cwd }), { code: 'not_found' });
      await assert.rejects(connection.forkAt!('--help', { turns: 1, messageId: 'msg_1' }, { cwd }), { code: 'not_found' });
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
      const { result, text } = await runTurn(session, 'talk on and on [[hang]]', {
        signal: cancel.signal,
        onUpdate: ({ kind }) => (kind === 'text' ? cancel.abort() : undefined),
      });
      assert.equal(result.stop_reason, 'cancelled');
      assert.match(text, /^You said/);
      assert.match((await runTurn(session, 'are you there')).text, /^You said: are you there/);
    });

    test('stops at a cancel while it waits for an answer, and does not do what it asked for', async () => {
      const session = await connection.create({ cwd });
      const cancel = new AbortController();
      const permit = (): Promise<null> => {
        cancel.abort();
        return new Promise(() => undefined);
      };
      const { result, calls } = await runTurn(session, `[[write ${path.join(cwd, 'unanswered.txt')} text]]`, {
        permit,
        signal: cancel.signal,
      });
      assert.equal(result.stop_reason, 'cancelled');
      assert.equal(calls[0]?.status, 'cancelled');
      assert.equal(await exists('unanswered.txt'), false);
      assert.equal((await runTurn(session, 'are you there')).result.stop_reason, 'end_turn');
    });

    test('writes a file that it was allowed to write, and shows the change', async () => {
      const session = await connection.create({ cwd });
      const file = path.join(cwd, 'allowed.txt');
      const { asked, calls, text } = await runTurn(session, `[[write ${file} some text]]`, { permit: choose('allow_once') });
      assert.deepEqual(
        asked.map(({ call }) => [call.kind, call.diff?.[0]?.new_text]),
        [['edit', 'some text']],
      );
      assert.match(asked[0]?.title ?? '', /^Write .*allowed\.txt$/);
      assert.equal(calls[0]?.status, 'completed');
      assert.deepEqual(calls[0].locations, [{ path: file }]);
      assert.match(text, /^The tool said: File created/);
      assert.equal(await fs.readFile(file, 'utf8'), 'some text');
      // A yes for once is one for this call.
      const again = await runTurn(session, `[[write ${path.join(cwd, 'again.txt')} text]]`, { permit: choose('reject_once') });
      assert.equal(again.asked.length, 1);
      assert.equal(again.calls[0]?.status, 'denied');
    });

    test('does not write a file that it was refused, and goes on', async () => {
      const session = await connection.create({ cwd });
      const { asked, calls, result } = await runTurn(session, `[[write ${path.join(cwd, 'refused.txt')} text]]`, {
        permit: choose('reject_once'),
      });
      assert.equal(asked.length, 1);
      assert.equal(calls[0]?.status, 'denied');
      assert.equal(result.stop_reason, 'end_turn');
      assert.equal(await exists('refused.txt'), false);
    });

    test('asks in the mode ask although the settings of the folder allow edits', async () => {
      await fs.mkdir(path.join(cwd, '.claude'), { recursive: true });
      const settings = path.join(cwd, '.claude/settings.json');
      await fs.writeFile(settings, JSON.stringify({ permissions: { defaultMode: 'acceptEdits' } }));
      const file = path.join(cwd, 'mode.txt');
      const asking = await connection.create({ cwd });
      assert.equal((await runTurn(asking, `[[write ${file} text]]`, { permit: choose('reject_once') })).asked.length, 1);
      const accepting = await connection.create({ cwd, mode: 'accept_edits' });
      assert.equal((await runTurn(accepting, `[[write ${file} text]]`)).asked.length, 0);
      assert.equal(await exists('mode.txt'), true);
      await fs.rm(settings);
    });

    test('answers with the model that is chosen, and refuses one that it does not have', async () => {
      const session = await connection.create({ cwd });
      await session.setModel('haiku');
      const { result } = await runTurn(session, 'with a small model');
      assert.match(result.model ?? '', /^claude-haiku/);
      assert.match(sentWith('with a small model')?.model ?? '', /^claude-haiku/);
      await assert.rejects(session.setModel('gpt-9'), SessionError);
    });

    test('sends a picture to the model', async () => {
      const session = await connection.create({ cwd });
      const data = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
      const picture = { type: 'image' as const, mime_type: 'image/png', data };
      const hooks = { update: () => undefined, permission: () => Promise.resolve(null), signal: new AbortController().signal };
      await session.prompt([{ type: 'text', text: 'what is in the picture' }, picture], hooks);
      const sent = server.requests.find(({ prompts }) => prompts.includes('what is in the picture'));
      assert.match(JSON.stringify(sent?.body), /"media_type":"image\/png"/);
    });

    const failures: readonly (readonly [order: string, message: string, hint: RegExp])[] = [
      ['[[fail 401]]', 'Claude Code is not signed in', /^sign in with the agent's own program or mend its key/],
      ['[[fail 429]]', 'Claude Code has reached its rate limit', /the test ordered status 429/],
      ['[[fail 500]]', 'Claude Code answered with an error', /the test ordered status 500/],
      ['[[overflow]]', 'Claude Code cannot take more: the session is too long for the model', /too long/],
    ];
    for (const [order, message, hint] of failures) {
      test(`says what is wrong when the model answers ${order}, and goes on after it`, async () => {
        const session = await connection.create({ cwd });
        await assert.rejects(runTurn(session, order), (error) => {
          assert.ok(error instanceof SessionError);
          assert.equal(error.code, 'agent_failed');
          assert.equal(error.message, message);
          assert.match(error.hint ?? '', hint);
          return true;
        });
        assert.match((await runTurn(session, 'and now')).text, /^You said: and now/);
      });
    }

    // Only /proc tells whose process is whose.
    if (process.platform === 'linux') {
      test('leaves no process behind when it is disposed of', async () => {
        await connection.create({ cwd });
        const mine = (): Promise<number[]> => processesWith(`HOME=${home}`);
        assert.ok((await mine()).length > 0);
        await connection.dispose();
        // A killed process is there until the kernel has taken it apart.
        while ((await mine()).length > 0) await delay(10);
      });

      test('that is killed in the middle of a turn is a failure with what was said so far, and leaves no process behind', async () => {
        await connect();
        const session = await connection.create({ cwd });
        const seen: string[] = [];
        const turn = runTurn(session, 'talk on and on [[hang]]', {
          onUpdate: (update) => (update.kind === 'text' ? seen.push(update.delta) : undefined),
        });
        await server.hanging();
        while (seen.length === 0) await delay(10);
        for (const pid of await processesWith(`HOME=${home}`)) process.kill(pid, 'SIGKILL');
        await assert.rejects(turn, { code: 'agent_failed', message: /^Claude Code ended unexpectedly/ });
        await connection.closed;
        while ((await processesWith(`HOME=${home}`)).length > 0) await delay(10);
      });
    }
  });
}
