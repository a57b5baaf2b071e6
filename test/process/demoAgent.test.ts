import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { AgentConnection, AgentSession } from '../../src/agents/agent.js';
import { agentCatalog } from '../../src/agents/catalog.js';
import { SessionError } from '../../src/model/errors.js';
import type { Entry } from '../../src/model/entry.js';
import { silentLogger } from '../../src/model/logger.js';
import { replayText } from '../../src/model/replayText.js';
import type { PermissionRequest } from '../../src/model/turn.js';
import { demoFromSource } from '../support/demoFromSource.js';
import { choose, runTurn } from '../support/runTurn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

describe('the demo agent', () => {
  const scratch = makeScratchFolder('demo');
  const cwd = path.join(scratch.folder, 'project');
  const home = path.join(scratch.folder, 'home');
  const catalog = agentCatalog({
    env: { PATH: process.env['PATH'], HOME: home, SKEIN_HOME: path.join(home, '.skein') },
    config: { demo: demoFromSource },
    demoPath: 'dist/demoAgent.js',
  });
  let connection: AgentConnection;
  let session: AgentSession;

  const restart = async (): Promise<void> => {
    await connection.dispose();
    connection = await catalog.connect('demo', { cwd, logger: silentLogger });
  };
  const text = async (prompt: string): Promise<string> => (await runTurn(session, prompt)).text;
  const exists = (file: string): Promise<boolean> =>
    fs.access(path.join(cwd, file)).then(
      () => true,
      () => false,
    );

  before(async () => {
    await fs.mkdir(cwd, { recursive: true });
    await fs.mkdir(home);
    await fs.writeFile(path.join(cwd, 'auth.go'), 'package auth\n\nfunc Login() {}\n');
    await fs.writeFile(path.join(cwd, 'notes.txt'), 'one two three\n');
    await fs.writeFile(path.join(scratch.folder, 'outside.txt'), 'not yours\n');
    connection = await catalog.connect('demo', { cwd, logger: silentLogger });
    session = await connection.create({ cwd });
  });
  afterEach(async () => {
    // A test may have ended the process; the next one starts from a clean session either way.
    await restart();
    session = await connection.create({ cwd });
  });
  after(async () => {
    await connection.dispose();
    scratch.remove();
  });

  test('is labelled as a demo and can do what real agents can', () => {
    assert.equal(connection.info.demo, true);
    assert.deepEqual([...connection.info.can].sort(), ['fork', 'load', 'models', 'modes', 'permissions', 'resume']);
    assert.deepEqual(
      session.models.map(({ id }) => id),
      ['demo', 'demo-terse'],
    );
  });

  const questions: readonly (readonly [prompt: string, answer: RegExp])[] = [
    ['hello', /^Hello\. _This is the demo agent/],
    ['which files are here?', /- `auth\.go`\n- `notes\.txt`/],
    ['read auth.go', /```go\npackage auth/],
    ['read ../outside.txt', /I cannot read `\.\.\/outside\.txt`/],
    ['what is 2 * (3 + 4.5)?', /is \*\*15\*\*/],
    ['count the words in “a b c d”', /has 4 words and 7 characters/],
    ['count the words in notes.txt', /`notes\.txt` has 3 words/],
    ['how do I install a real agent?', /npm install -g @agentclientprotocol\/claude-agent-acp/],
    ['what can you do', /`\/write file \[text\]`/],
    [
      'the login refuses umlauts in passwords',
      /You asked: “the login refuses umlauts in passwords”.*\*\*passwords\*\*[^]*I am the demo agent/,
    ],
  ];
  for (const [prompt, answer] of questions) {
    test(`answers “${prompt}”`, async () => assert.match(await text(prompt), answer));
  }

  test('streams its answer, gives the session a title and counts tokens but no cost', async () => {
    const { updates, result } = await runTurn(session, 'Hello there, demo. What can you do?');
    assert.ok(updates.filter(({ kind }) => kind === 'text').length > 10);
    assert.deepEqual(
      updates.filter((update) => update.kind === 'title'),
      [{ kind: 'title', title: 'Hello there, demo. What can you do' }],
    );
    assert.equal(result.stop_reason, 'end_turn');
    assert.ok((result.usage?.output ?? 0) > 50);
    assert.equal(result.usage?.total, (result.usage?.input ?? 0) + (result.usage?.output ?? 0));
    assert.equal(result.usage?.cost_usd, null);
    assert.equal(result.model, 'demo');
  });

  test('remembers the session after its process was started again', async () => {
    await text('my first question is about bees');
    await restart();
    assert.ok(connection.resume);
    session = await connection.resume(session.id, { cwd });
    assert.match(await text('what did I ask first?'), /You asked first: “my first question is about bees”/);
  });

  test('forks with the history, and the two go on apart', async () => {
    await text('remember the heron');
    assert.ok(connection.fork);
    const fork = await connection.fork(session.id, { cwd });
    assert.notEqual(fork.id, session.id);
    await runTurn(fork, 'and the stork');
    assert.match((await runTurn(fork, 'what did I ask?')).text, /1\. remember the heron\n2\. and the stork/);
    assert.doesNotMatch(await text('what did I ask?'), /stork/);
  });

  test('remembers a conversation that it is told of, and does nothing of what was ordered there', async () => {
    const timestamp = new Date().toISOString();
    const said = (id: string, role: 'user' | 'assistant', text: string): Entry => {
      return { type: 'message', id, timestamp, message: { role, content: [{ type: 'text', text }] } };
    };
    const replay = replayText({ before: '', entries: [said('1', 'user', '/write told.txt x'), said('2', 'assistant', 'Done.')] });
    const hooks = {
      update: () => undefined,
      permission: (request: PermissionRequest) => Promise.resolve(choose('allow_once')(request)),
      signal: new AbortController().signal,
    };
    await session.prompt(
      [
        { type: 'text', text: replay },
        { type: 'text', text: 'hello' },
      ],
      hooks,
    );
    assert.equal(await exists('told.txt'), false);
    assert.match(await text('what did I ask?'), /1\. \/write told\.txt x\n2\. hello/);
  });

  test('does not resume a session it does not know, nor one whose id is a path', async () => {
    for (const id of ['0b9a2c4e-0000-4000-8000-000000000000', '../../project/notes']) {
      await assert.rejects(connection.resume?.(id, { cwd }) ?? Promise.resolve(), { code: 'not_found' });
    }
  });

  test('thinks, shows a plan and calls a tool, in the order of the prompt', async () => {
    const { updates, thoughts, calls } = await runTurn(session, '/think bees\n/plan\n/tool');
    assert.match(thoughts, /^Let me think about bees/);
    const kinds = updates.map(({ kind }) => kind).filter((kind) => ['thinking', 'plan', 'tool'].includes(kind));
    assert.deepEqual([...new Set(kinds)], ['thinking', 'plan', 'tool']);
    const plan = updates.findLast((update) => update.kind === 'plan');
    assert.deepEqual(
      plan?.steps.map(({ status }) => status),
      ['done', 'done', 'done'],
    );
    assert.deepEqual(
      calls.map(({ kind, status }) => [kind, status]),
      [['search', 'completed']],
    );
  });

  test('writes a file when it is allowed to', async () => {
    const { calls, asked, text: said } = await runTurn(session, 'write allowed.md', { permit: choose('allow_once') });
    assert.equal(asked[0]?.title, 'Write allowed.md');
    assert.equal(calls[0]?.status, 'completed');
    assert.equal(calls[0].diff?.[0]?.path, path.join(cwd, 'allowed.md'));
    assert.match(said, /I wrote `allowed\.md`/);
    assert.ok(await exists('allowed.md'));
  });

  test('writes nothing when it is refused, when the request is cancelled, and in plan mode', async () => {
    const refused = await runTurn(session, 'write refused.md', { permit: choose('reject_once') });
    assert.equal(refused.calls[0]?.status, 'denied');
    const unanswered = await runTurn(session, 'write refused.md', { permit: () => null });
    assert.equal(unanswered.calls[0]?.status, 'denied');
    const made = await runTurn(session, 'write refused.md', { permit: () => 'made-up' });
    assert.equal(made.calls[0]?.status, 'denied');
    await session.setMode('plan');
    const planned = await runTurn(session, 'write refused.md', { permit: choose('allow_once') });
    assert.equal(planned.asked.length, 0);
    assert.match(planned.text, /In plan mode I write nothing/);
    assert.equal(await exists('refused.md'), false);
  });

  test('writes no file outside the folder, not through a link either', async () => {
    await fs.symlink(path.join(scratch.folder, 'target.md'), path.join(cwd, 'link.md'));
    for (const file of ['../escaped.md', 'link.md']) {
      const { text: said, asked } = await runTurn(session, `/write ${file}`, { permit: choose('allow_once') });
      assert.equal(asked.length, 0);
      assert.match(said, /it is not in this folder/);
    }
    assert.deepEqual((await fs.readdir(scratch.folder)).sort(), ['home', 'outside.txt', 'project']);
  });

  test('asks only once when allowed for the session, and not at all in accept_edits', async () => {
    const first = await runTurn(session, '/write a1.md', { permit: choose('allow_always') });
    const second = await runTurn(session, '/write a2.md');
    assert.deepEqual([first.asked.length, second.asked.length], [1, 0]);
    const other = await connection.create({ cwd, mode: 'accept_edits' });
    assert.equal((await runTurn(other, '/write a3.md')).asked.length, 0);
    assert.ok(await exists('a3.md'));
  });

  test('fails with its message, and goes on afterwards', async () => {
    await assert.rejects(runTurn(session, '/fail the moon is full'), (error) => {
      assert.ok(error instanceof SessionError);
      assert.equal(error.code, 'agent_failed');
      assert.equal(error.message, 'Demo answered with an error');
      assert.match(error.hint ?? '', /the moon is full/);
      return true;
    });
    assert.match(await text('hello'), /Hello again/);
  });

  test('exits in the middle with its last words', async () => {
    const seen: string[] = [];
    const turn = runTurn(session, '/exit 7', { onUpdate: (update) => update.kind === 'text' && seen.push(update.delta) });
    await assert.rejects(turn, {
      code: 'agent_failed',
      message: 'Demo ended unexpectedly (exit 7)',
      hint: /ending in the middle of a turn, as asked/,
    });
    assert.equal(seen.join(''), 'The process ends in the middle of this');
    assert.equal((await connection.closed).code, 7);
  });

  test('stops at a cancel and keeps what it said', async () => {
    const cancel = new AbortController();
    const ran = await runTurn(session, '/slow 60', { signal: cancel.signal, onUpdate: () => cancel.abort() });
    assert.equal(ran.result.stop_reason, 'cancelled');
    // The process lives on: it was not killed.
    assert.match(await text('what did I ask last?'), /You asked last: “\/slow 60”/);
  });

  test('is killed when it hangs and does not hear the cancel', async () => {
    const cancel = new AbortController();
    const ran = await runTurn(session, '/hang', {
      signal: cancel.signal,
      onUpdate: (update) => update.kind === 'text' && cancel.abort(),
    });
    assert.equal(ran.result.stop_reason, 'cancelled');
    assert.equal((await connection.closed).code, null);
    await assert.rejects(runTurn(session, 'hello'), { code: 'agent_failed' });
  });

  test('floods, and every chunk arrives in order', async () => {
    const { text: said } = await runTurn(session, '/flood 5000');
    const lines = said.split('\n\n').filter((line) => line !== '');
    assert.equal(lines.length, 5000);
    assert.ok(lines.every((line, index) => line.startsWith(`Line ${index + 1} of`)));
  });

  test('answers with the model that was chosen', async () => {
    const terse = await connection.create({ cwd, model: 'demo-terse' });
    const { text: said, result } = await runTurn(terse, 'how do I install a real agent?');
    assert.doesNotMatch(said, /npm install/);
    assert.equal(result.model, 'demo-terse');
    await assert.rejects(terse.setModel('gpt-0'), { code: 'agent_failed' });
  });

  test('keeps its memory under SKEIN_HOME, readable to the person alone', async () => {
    await text('hello');
    const file = path.join(home, '.skein/demo', `${session.id}.json`);
    assert.equal((await fs.stat(file)).mode & 0o777, 0o600);
  });
});
