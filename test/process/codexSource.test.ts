import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { entrySchema, type Entry } from '../../src/model/entry.js';
import type { SessionRow } from '../../src/model/row.js';
import { codexSource } from '../../src/sources/codex/codex.js';
import { installCodex, installCodexAdapter } from '../support/agentInstall.js';
import { entryOutline } from '../support/entryOutline.js';
import { folderState } from '../support/folderState.js';
import { checkGoingOn } from '../support/goingOn.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { prepareCodex } from '../support/realAgents/codex.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

const run = promisify(execFile);

// The real Codex, against a model server of our own: it writes sessions, we read them, and it goes on with them.
describe('Codex writes, and its store is read', () => {
  const scratch = makeScratchFolder('codex');
  const home = join(scratch.folder, '.codex');
  const cwd = join(scratch.folder, 'project');
  const source = codexSource({ env: { HOME: scratch.folder } });
  const env = { PATH: process.env['PATH'], HOME: scratch.folder, TEST_KEY: 'a-key-for-the-test' };
  let server: ModelServer;
  let program: string;
  let first: string;

  /** Runs Codex without a terminal and with nothing on its input. Returns what it wrote. */
  async function codex(...args: readonly string[]): Promise<string> {
    const running = run(program, [...args], { cwd, env, timeout: 120_000 });
    running.child.stdin?.end();
    return (await running).stdout;
  }
  /** A turn. Returns the thread's id. */
  async function turn(...args: readonly string[]): Promise<string> {
    const said = await codex('exec', '--json', '--skip-git-repo-check', '-s', 'danger-full-access', ...args);
    const [, id] = /"thread_id":"([^"]+)"/.exec(said) ?? [];
    assert.ok(id, said);
    return id;
  }
  async function rowOf(id: string): Promise<SessionRow> {
    const { rows, problems } = await source.list();
    assert.deepEqual(problems, []);
    const row = rows.find((each) => each.id === `codex:${id}`);
    assert.ok(row, `no row ${id}`);
    return row;
  }
  async function entriesOf(id: string): Promise<readonly Entry[]> {
    const entries = await source.read(id);
    for (const entry of entries) entrySchema.parse(entry);
    return entries;
  }
  const ownTokens = (entries: readonly Entry[]): number =>
    entries.reduce((sum, entry) => sum + (entry.type === 'message' ? (entry.usage?.total ?? 0) : 0), 0);

  before(
    async () => {
      program = await installCodex();
      server = await startModelServer();
      await prepareCodex(scratch.folder, server.url);
      await mkdir(cwd);
    },
    { timeout: 600_000 }, // the first time, it is installed
  );
  after(async () => {
    await server.close();
    scratch.remove();
  });

  test('a session with a tool and a thought, listed and read, nothing left behind', async () => {
    first = await turn('[[bash echo hi]] please');
    await turn('resume', first, '[[think]] twice');
    const before = await folderState(home);
    const row = await rowOf(first);
    assert.deepEqual(
      [row.title, row.workdir, row.model, row.status, row.tokens, row.backend_session_id],
      ['[[bash echo hi]] please', cwd, 'test-model', 'active', 330, first],
    );
    const entries = await entriesOf(first);
    const lines = entries.map(entryOutline);
    assert.equal(lines.length, 6);
    assert.equal(lines[0], 'user: [[bash echo hi]] please');
    assert.match(
      lines[1] ?? '',
      /^execute completed: echo hi <- \{"cmd":"echo hi"\} -> [^]*Process exited with code 0\n[^]*Output:\nhi\n$/,
    );
    assert.match(lines[2] ?? '', /^assistant: The tool said: Chunk ID: \w+ \{200 20 80 0 220\}$/);
    assert.deepEqual(lines.slice(3), [
      'user: [[think]] twice',
      'thinking: I think about the prompt.',
      'assistant: You said: [[think]] twice\nEarlier user turns: 1 {100 10 40 0 110}',
    ]);
    assert.deepEqual(await folderState(home), before);
  });

  test('a fork and a fork of it are read whole and count their own', async () => {
    const fork = await turn('fork', first, 'Fork it');
    const second = await turn('fork', fork, 'Fork it again');
    const [forkRow, secondRow] = [await rowOf(fork), await rowOf(second)];
    assert.deepEqual(
      [forkRow.parent_id, forkRow.tokens, secondRow.parent_id, secondRow.tokens],
      [`codex:${first}`, 110, `codex:${fork}`, 110],
    );
    const entries = await entriesOf(second);
    assert.deepEqual(
      entries.slice(0, 6).map(({ id }) => id),
      (await entriesOf(first)).map(({ id }) => id),
    );
    assert.deepEqual(entries.slice(6).map(entryOutline), [
      'user: Fork it',
      'assistant: You said: Fork it\nEarlier user turns: 2',
      'user: Fork it again',
      'assistant: You said: Fork it again\nEarlier user turns: 3 {100 10 40 0 110}',
    ]);
    assert.equal(ownTokens(entries), 110);
    const { rows } = await source.list();
    assert.equal(
      rows.reduce((sum, { tokens }) => sum + tokens, 0),
      110 * server.requests.length,
      'every answer is counted once',
    );
  });

  test('it goes on with its session, and what is new comes after what was there', async () => {
    const before = await entriesOf(first);
    const stamp = (await source.list()).stamps?.get(`codex:${first}`);
    await turn('resume', first, 'Go on');
    const entries = await entriesOf(first);
    assert.deepEqual(entries.slice(0, before.length), before);
    assert.deepEqual(entries.slice(before.length).map(entryOutline), [
      'user: Go on',
      'assistant: You said: Go on\nEarlier user turns: 2 {100 10 40 0 110}',
    ]);
    assert.notEqual((await source.list()).stamps?.get(`codex:${first}`), stamp);
  });

  test('a full context is an error, and the turns after it are counted on', async () => {
    const id = await turn('Before');
    await assert.rejects(turn('resume', id, '[[overflow]]'));
    assert.equal((await rowOf(id)).status, 'error');
    await turn('resume', id, 'After');
    const row = await rowOf(id);
    const entries = await entriesOf(id);
    // It asks for a summary first: an answer more, which is counted and is no part of what was said.
    assert.deepEqual([row.status, row.tokens, ownTokens(entries)], ['active', 330, 330]);
    const kinds = entries.map((entry) => (entry.type === 'message' ? entry.message.role : entry.type));
    assert.deepEqual(kinds, ['user', 'assistant', 'user', 'assistant', 'compact', 'user', 'assistant']);
    assert.match(entryOutline(entries[3]!), /^assistant: {2}! Codex ran out of room/);
    assert.match(entryOutline(entries[4]!), /^compact: You said: You are performing/);
    assert.equal(entryOutline(entries[6]!), 'assistant: You said: After\nEarlier user turns: 3 {200 20 80 0 220}');
  });

  test('an archived session says so, and is read the same', async () => {
    const id = await turn('To be archived');
    const before = await entriesOf(id);
    await codex('archive', id);
    assert.equal((await rowOf(id)).archived, true);
    assert.deepEqual(await entriesOf(id), before);
    await codex('unarchive', id);
    assert.equal((await rowOf(id)).archived, false);
  });

  test('one is adopted, forked and continued by the agent itself, and its own program goes on with it', async () => {
    const id = await turn('To be adopted');
    const bin = join(await installCodexAdapter(), 'node_modules/.bin');
    await checkGoingOn({
      id: `codex:${id}`,
      dir: cwd,
      env: { ...env, PATH: [bin, env.PATH].join(delimiter), OPENAI_API_KEY: env.TEST_KEY },
      store: home,
      ownFile: true,
      resumed: /Codex resumed its own session/,
      forked: /Codex forked its own session/,
      goOn: (prompt) => turn('resume', id, prompt),
    });
  });
});
