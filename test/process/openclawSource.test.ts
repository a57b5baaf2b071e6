import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { openclawSource } from '../../src/sources/openclaw/openclaw.js';
import { installOpenclaw, openclawVersion } from '../support/agentInstall.js';
import { keptCode } from '../support/cacheFolder.js';
import { folderState } from '../support/folderState.js';
import { checkGoingOn } from '../support/goingOn.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { outlineOf, wholeRows } from '../support/sourceCheck.js';

const run = promisify(execFile);

// The real OpenClaw, without its gateway, against a model server of our own: it writes sessions, we read them, and it goes on.
describe('OpenClaw writes, and its store is read', () => {
  const scratch = makeScratchFolder('openclaw');
  const state = join(scratch.folder, 'state');
  const workspace = join(scratch.folder, 'workspace');
  const log = join(scratch.folder, 'openclaw.log');
  const env = { HOME: scratch.folder, OPENCLAW_STATE_DIR: state, ...keptCode() };
  const source = openclawSource({ env });
  const key = 'agent:main:explicit:from-a-test';
  let server: ModelServer;
  let program: string;
  let id: string;

  async function turn(prompt: string): Promise<void> {
    const args = [program, 'agent', '--local', '--session-key', key, '--message', prompt, '--json'];
    await run(process.execPath, args, { env: { PATH: process.env['PATH'], ...env }, timeout: 200_000, maxBuffer: 16 << 20 });
  }
  /** The agents' part of the state: what sessions stand in. */
  const agents = (): ReturnType<typeof folderState> => folderState(join(state, 'agents'));

  before(
    async () => {
      program = await installOpenclaw();
      server = await startModelServer();
      await mkdir(state);
      await mkdir(workspace);
      const cost = { input: 3, output: 15, cacheRead: 0, cacheWrite: 0 };
      const model = { id: 'model', name: 'Test', contextWindow: 128_000, maxTokens: 4096, cost, input: ['text'], reasoning: false };
      const test = { baseUrl: server.url, apiKey: 'a-key-for-the-test', api: 'anthropic-messages', models: [model] };
      const config = {
        agents: { defaults: { workspace, model: { primary: 'test/model' } } },
        models: { mode: 'replace', providers: { test } },
        // Else it writes into one folder of the machine's, for all homes.
        logging: { file: log },
      };
      await writeFile(join(state, 'openclaw.json'), JSON.stringify(config));
    },
    { timeout: 900_000 }, // the first time, it is installed
  );
  after(async () => {
    await server.close();
    scratch.remove();
  });

  test('a session that it wrote is listed by its key and read, and nothing of it is touched', async () => {
    await turn('hello openclaw');
    const before = await agents();
    const rows = await wholeRows(source);
    const row = [...rows.values()].find(({ metadata }) => metadata['session_key'] === key);
    assert.ok(row);
    id = row.id.slice('openclaw:'.length);
    assert.deepEqual([row.metadata['agent'], row.metadata['scope'], row.model], ['main', 'explicit', 'model']);
    assert.deepEqual([row.workdir, row.prompt, row.title], [workspace, 'hello openclaw', 'hello openclaw']);
    const lines = await outlineOf(source, id);
    assert.equal(lines.length, 2);
    assert.equal(lines[0], 'user: hello openclaw');
    assert.match(lines[1] ?? '', /^assistant: You said: [^]* \{\d+ \d+ 0 0 \d+ \$[\d.]+\}$/);
    assert.equal((await source.info()).version, openclawVersion);
    assert.deepEqual(await agents(), before);
    assert.notEqual(await readFile(log, 'utf8'), '', 'what it logs is here');
  });

  test('it goes on with its session, and what was read before has the same ids', async () => {
    const before = await source.read(id);
    const { stamps } = await source.list();
    await turn('and again');
    const entries = await source.read(id);
    assert.deepEqual(entries.slice(0, before.length), before);
    assert.deepEqual((await outlineOf(source, id)).slice(2, 3), ['user: and again']);
    assert.equal(entries.length, 4);
    // The model was sent what had been said before.
    assert.ok(server.requests.at(-1)?.prompts.some((prompt) => prompt.includes('hello openclaw')));
    assert.notEqual((await source.list()).stamps?.get(`openclaw:${id}`), stamps?.get(`openclaw:${id}`));
    const listed = await run(process.execPath, [program, 'sessions', '--json'], {
      env: { PATH: process.env['PATH'], ...env },
      timeout: 200_000,
    });
    assert.ok(listed.stdout.includes(key), 'and it still lists it itself');
    assert.ok((await readFile(join(state, 'openclaw.json'), 'utf8')).includes('test/model'));
  });

  test('one is adopted and forked, goes on with the demo, which is told of it, and its own program goes on with it', async () => {
    // Its own agent speaks through a gateway that no test starts: the built-in demo answers.
    const told =
      /openclaw cannot be started from here, so Demo goes on with this session[^]*The conversation so far was given to Demo as text/;
    await checkGoingOn({
      id: `openclaw:${id}`,
      dir: workspace,
      env: { ...env, PATH: '/nowhere' },
      store: join(state, 'agents'),
      ownFile: false,
      resumed: told,
      forked: told,
      goOn: turn,
    });
  });
});
