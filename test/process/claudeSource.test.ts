import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { once } from 'node:events';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Entry } from '../../src/model/entry.js';
import { textOf } from '../../src/model/contentText.js';
import { SessionError } from '../../src/model/errors.js';
import { claudeSource } from '../../src/sources/claude/claude.js';
import type { Source } from '../../src/sources/source.js';
import { installClaudeAdapter } from '../support/agentInstall.js';
import { until } from '../support/until.js';
import { folderState } from '../support/folderState.js';
import { checkGoingOn } from '../support/goingOn.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { claudeEnvironment } from '../support/realAgents/claude.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

/** What is used of `@anthropic-ai/claude-agent-sdk`, which comes with the adapter. */
interface ClaudeSdk {
  forkSession(id: string, options?: { readonly upToMessageId?: string }): Promise<{ readonly sessionId: string }>;
  getSessionInfo(id: string): Promise<{ readonly customTitle?: string } | undefined>;
  renameSession(id: string, title: string): Promise<void>;
}

const first = 'cccccccc-0000-4000-8000-000000000001';
const forked = 'cccccccc-0000-4000-8000-000000000002';
const said = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.type === 'message' && entry.message.content.length > 0 ? [textOf(entry.message.content)] : []));

// The real Claude Code writes sessions in a scratch home, against a model server of our own.
describe('sessions that Claude Code wrote', () => {
  const scratch = makeScratchFolder('claude-source');
  const home = path.join(scratch.folder, 'home');
  const cwd = path.join(scratch.folder, 'project');
  const config = path.join(home, 'config');
  let server: ModelServer;
  let source: Source;
  let adapter: string;
  let program: string;
  let sdk: ClaudeSdk;

  const env = () => ({
    PATH: process.env['PATH'],
    HOME: home,
    CLAUDE_CONFIG_DIR: config,
    ...claudeEnvironment(server.url),
  });
  const start = (...args: readonly string[]): ChildProcess =>
    spawn(program, ['-p', ...args, '--output-format', 'json', '--permission-mode', 'acceptEdits'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: env(),
    });
  /** Runs one turn; gives what the program answered. */
  const ask = async (...args: readonly string[]): Promise<string> => {
    const child = start(...args);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    await once(child, 'close');
    return output;
  };
  const rowOf = async (id: string) => (await source.list()).rows.find((row) => row.id === `claude:${id}`);

  before(
    async () => {
      await fs.mkdir(cwd, { recursive: true });
      await fs.mkdir(config, { recursive: true });
      adapter = await installClaudeAdapter();
      const modules = path.join(adapter, 'node_modules/@anthropic-ai');
      const platform = (await fs.readdir(modules)).find((name) => name.startsWith('claude-agent-sdk-'));
      assert.ok(platform, 'the adapter brings its own Claude Code');
      program = path.join(modules, platform, process.platform === 'win32' ? 'claude.exe' : 'claude');
      process.env['CLAUDE_CONFIG_DIR'] = config;
      sdk = (await import(pathToFileURL(path.join(modules, 'claude-agent-sdk/sdk.mjs')).href)) as ClaudeSdk;
      server = await startModelServer();
      source = claudeSource({ env: { HOME: '/nowhere', CLAUDE_CONFIG_DIR: config } });
      await ask('the word is heron [[think]]', '--session-id', first);
      await ask('now [[bash echo waded]]', '--resume', first, '--allowedTools', 'Bash');
      await ask(`and [[write ${path.join(cwd, 'note.txt')} a note]]`, '--resume', first);
      await ask('in the fork', '--resume', first, '--fork-session', '--session-id', forked);
    },
    { timeout: 600_000 }, // the first time, the adapter is installed
  );
  after(async () => {
    delete process.env['CLAUDE_CONFIG_DIR'];
    await server.close();
    scratch.remove();
  });

  test('are listed and read: prompts, thoughts, tools, what they changed, tokens and cost; and nothing is touched', async () => {
    const state = await folderState(config);
    const row = await rowOf(first);
    assert.equal(row?.prompt, 'the word is heron [[think]]');
    assert.equal(row.workdir, cwd);
    assert.equal(row.backend_session_id, first);
    assert.match(row.model ?? '', /^claude-/);
    assert.ok((row.cost_usd ?? 0) > 0);
    const entries = await source.read(first);
    assert.deepEqual(
      entries.flatMap((entry) => (entry.type === 'message' && entry.message.role === 'user' ? [textOf(entry.message.content)] : [])),
      ['the word is heron [[think]]', 'now [[bash echo waded]]', `and [[write ${path.join(cwd, 'note.txt')} a note]]`],
    );
    assert.ok(entries.some((entry) => entry.type === 'thinking' && entry.text === 'I think about the prompt.'));
    const calls = entries.flatMap((entry) => (entry.type === 'tool_call' ? [entry.call] : []));
    assert.deepEqual(
      calls.map(({ kind, status }) => [kind, status]),
      [
        ['execute', 'completed'],
        ['edit', 'completed'],
      ],
    );
    assert.equal(calls[0]?.output, 'waded');
    assert.deepEqual(calls[1]?.diff, [{ path: path.join(cwd, 'note.txt'), old_text: null, new_text: 'a note' }]);
    const usage = entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [entry.usage] : []));
    assert.equal(
      usage.reduce((sum, { total }) => sum + total, 0),
      row.tokens,
    );
    assert.equal(usage.reduce((sum, { cost_usd: cost }) => sum + (cost ?? 0), 0).toFixed(9), row.cost_usd?.toFixed(9));
    assert.deepEqual(await folderState(config), state);
  });

  test('a fork, by the program or by its SDK, is counted without what it copied', async () => {
    const bySdk = (await sdk.forkSession(first)).sessionId;
    const entries = await source.read(forked);
    assert.equal(said(entries).at(-1), 'You said: in the fork\nEarlier user turns: 3');
    const own = entries.flatMap((entry) => (entry.type === 'message' && entry.usage ? [entry.usage] : []));
    assert.equal(own.length, 1);
    const row = await rowOf(forked);
    assert.equal(row?.parent_id, `claude:${first}`);
    assert.equal(row.tokens, own[0]?.total);
    assert.equal(row.cost_usd?.toFixed(9), own[0]?.cost_usd?.toFixed(9));
    const copy = await rowOf(bySdk);
    assert.equal(copy?.parent_id, `claude:${first}`);
    assert.deepEqual([copy.tokens, copy.cost_usd], [0, null]);
    assert.deepEqual(said(await source.read(bySdk)), said(await source.read(first)));
  });

  test('one is adopted, forked and continued by the agent itself, and its own program goes on with it', async () => {
    const id = 'cccccccc-0000-4000-8000-000000000003';
    await ask('the word is bittern', '--session-id', id);
    await checkGoingOn({
      id: `claude:${id}`,
      dir: cwd,
      env: { ...env(), PATH: [path.join(adapter, 'node_modules/.bin'), process.env['PATH']].join(path.delimiter) },
      store: config,
      ownFile: true,
      resumed: /Claude Code resumed its own session/,
      forked: /Claude Code forked its own session/,
      goOn: (prompt) => ask(prompt, '--resume', id),
    });
  });

  test('a rename is one that the program knows, and it goes on with its session', async () => {
    await source.rename?.(first, 'Named by Skein');
    assert.equal((await sdk.getSessionInfo(first))?.customTitle, 'Named by Skein');
    await ask('are you there', '--resume', first);
    assert.match(said(await source.read(first)).at(-1) ?? '', /^You said: are you there\nEarlier user turns: \d/);
    assert.equal((await rowOf(first))?.title, 'Named by Skein');
    await sdk.renameSession(first, 'Named by the program');
    assert.equal((await rowOf(first))?.title, 'Named by the program');
  });

  test('a removed session is gone for the program, and one that was put back goes on', async () => {
    const keep = path.join(scratch.folder, 'keep');
    const file = (await rowOf(forked))?.path ?? '';
    const bytes = await fs.readFile(file);
    const { kept } = await source.removal!.remove(forked, keep);
    assert.match(await ask('gone?', '--resume', forked), /No conversation found/);
    await source.removal!.restore(kept);
    assert.deepEqual(await fs.readFile(file), bytes);
    assert.doesNotMatch(await ask('back again', '--resume', forked), /No conversation found/);
    assert.match(said(await source.read(forked)).at(-1) ?? '', /^You said: back again\nEarlier user turns: 4/);
  });

  test('while the program has a session open, nothing is written to it', async () => {
    const hanging = server.hanging();
    const child = start('wait [[hang]]', '--resume', first);
    try {
      await hanging;
      const file = (await rowOf(first))?.path ?? '';
      const bytes = await fs.readFile(file);
      await assert.rejects(source.rename!(first, 'x'), (error) => error instanceof SessionError && error.code === 'busy');
      const keep = path.join(scratch.folder, 'keep2');
      await assert.rejects(source.removal!.remove(first, keep), (error) => error instanceof SessionError && error.code === 'busy');
      assert.ok((await fs.readFile(file)).subarray(0, bytes.length).equals(bytes));
      // It asks the model before it has written the prompt.
      await until('the prompt is in its file', async () => said(await source.read(first)).includes('wait [[hang]]'));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
});
