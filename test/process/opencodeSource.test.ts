import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Entry } from '../../src/model/entry.js';
import type { SessionRow } from '../../src/model/row.js';
import { opencodeSource } from '../../src/sources/opencode/opencode.js';
import { installOpencode, opencodeVersion } from '../support/agentInstall.js';
import { folderState } from '../support/folderState.js';
import { checkGoingOn } from '../support/goingOn.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { outlineOf, wholeRows } from '../support/sourceCheck.js';

const run = promisify(execFile);

// The real OpenCode, against a model server of our own: it writes sessions, we read them, and it goes on with them.
describe('OpenCode writes, and its store is read', () => {
  const scratch = makeScratchFolder('opencode');
  const data = join(scratch.folder, 'data');
  const cwd = join(scratch.folder, 'project');
  const env = { HOME: scratch.folder, XDG_DATA_HOME: data };
  const quiet = { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' };
  const source = opencodeSource({ env });
  let server: ModelServer;
  let program: string;
  let first: string;

  /** A turn, its prompt on the input. Returns the session's id. */
  async function turn(prompt: string, ...args: readonly string[]): Promise<string> {
    const running = run(program, ['run', '--format', 'json', ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env, ...quiet },
      timeout: 120_000,
    });
    running.child.stdin?.end(prompt);
    const { stdout } = await running;
    const [, id] = /"sessionID":"(ses_\w+)"/.exec(stdout) ?? [];
    assert.ok(id, stdout);
    return id;
  }
  async function rowOf(id: string): Promise<SessionRow> {
    const row = (await wholeRows(source)).get(id);
    assert.ok(row, `no row ${id}`);
    return row;
  }
  /** Lists and reads a session; the store is as it was afterwards. */
  async function read(
    id: string,
  ): Promise<{ readonly row: SessionRow; readonly lines: readonly string[]; readonly entries: readonly Entry[] }> {
    const state = await folderState(join(data, 'opencode'));
    const found = { row: await rowOf(id), lines: await outlineOf(source, id), entries: await source.read(id) };
    assert.deepEqual(await folderState(join(data, 'opencode')), state);
    return found;
  }
  const ownTokens = (entries: readonly Entry[]): number =>
    entries.reduce((sum, entry) => sum + (entry.type === 'message' ? (entry.usage?.total ?? 0) : 0), 0);

  before(
    async () => {
      program = await installOpencode();
      server = await startModelServer();
      await mkdir(cwd);
      await mkdir(join(scratch.folder, '.config/opencode'), { recursive: true });
      const model = { name: 'Test', tool_call: true, limit: { context: 128_000, output: 8192 }, cost: { input: 3, output: 15 } };
      const provider = {
        npm: '@ai-sdk/anthropic',
        options: { baseURL: `${server.url}/v1`, apiKey: 'a-key-for-the-test' },
        models: { model },
      };
      const config = { autoupdate: false, share: 'disabled', model: 'test/model', small_model: 'test/model', provider: { test: provider } };
      await writeFile(join(scratch.folder, '.config/opencode/opencode.json'), JSON.stringify(config));
    },
    { timeout: 600_000 }, // the first time, it is installed
  );
  after(async () => {
    await server.close();
    scratch.remove();
  });

  test('a session that it wrote is listed and read', async () => {
    first = await turn('hello opencode');
    const { row, lines } = await read(first);
    assert.deepEqual([row.workdir, row.prompt, row.model, row.metadata['version']], [cwd, 'hello opencode', 'model', opencodeVersion]);
    assert.deepEqual([row.backend_session_id, row.message_count], [first, 2]);
    assert.match(lines[0] ?? '', /^user: hello opencode\s*$/);
    assert.match(lines[1] ?? '', /^assistant: You said: hello opencode\s+Earlier user turns: 0 \{\d+ \d+ 0 0 \d+ \$[\d.]+\}$/);
    assert.equal(lines.length, 2);
    assert.equal((await source.info()).version, opencodeVersion);
  });

  test('a command that it ran is one call with its output', async () => {
    const id = await turn('[[bash echo from the shell]]');
    const { lines, row, entries } = await read(id);
    assert.equal(lines.filter((line) => line.startsWith('execute completed: ') && line.endsWith('-> from the shell\n')).length, 1);
    assert.equal(row.tokens, ownTokens(entries));
  });

  test('it goes on with its session, and what was read before has the same ids', async () => {
    const before = await read(first);
    const { stamps } = await source.list();
    assert.equal(await turn('and again', '-s', first), first);
    const { lines, row, entries } = await read(first);
    assert.deepEqual(lines.slice(0, 2), before.lines);
    assert.deepEqual(
      entries.slice(0, 2).map(({ id }) => id),
      before.entries.map(({ id }) => id),
    );
    assert.match(lines[3] ?? '', /Earlier user turns: 1 /);
    assert.equal(row.tokens, ownTokens(entries));
    assert.notEqual((await source.list()).stamps?.get(row.id), stamps?.get(row.id));
  });

  test('a fork has its parent, and what both used is counted once', async () => {
    const parent = await read(first);
    const id = await turn('in the fork', '-s', first, '--fork');
    assert.notEqual(id, first);
    const { row, entries, lines } = await read(id);
    assert.equal(row.parent_id, `opencode:${first}`);
    assert.match(lines.at(-1) ?? '', /Earlier user turns: 2 /);
    assert.equal(lines.filter((line) => line.endsWith(` of opencode:${first}`)).length, 2);
    assert.equal(row.tokens, ownTokens(entries));
    assert.deepEqual((await read(first)).lines, parent.lines);
  });

  test('one is adopted, forked and continued by the agent itself, and its own program goes on with it', async () => {
    const id = await turn('to be adopted');
    await checkGoingOn({
      id: `opencode:${id}`,
      dir: cwd,
      env: { ...env, ...quiet, PATH: [join(program, '..'), process.env['PATH']].join(delimiter) },
      store: join(data, 'opencode'),
      ownFile: false,
      resumed: /OpenCode resumed its own session/,
      forked: /OpenCode forked its own session/,
      goOn: (prompt) => turn(prompt, '-s', id),
    });
  });
});
