import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { agentCatalog } from '../../src/agents/catalog.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import { demoFromSource } from '../support/demoFromSource.js';
import { withFolder } from '../support/openFolder.js';
import { content, inShort, turn } from '../support/turn.js';
import { until } from '../support/until.js';

const demo = (env: Readonly<Record<string, string | undefined>>) =>
  agentCatalog({ env, config: { demo: demoFromSource }, demoPath: 'none' });

describe('turns with the demo agent', () => {
  test('stream, call tools, are counted, and go on in another process with the history', async () => {
    await withFolder({}, async ({ env, open }) => {
      const workspace = await open({ agents: demo(env) });
      const { id } = await workspace.create({ backend: 'demo' });
      assert.equal((await turn(workspace, id, '/think about doors\n/tool\nwhat is 12*12?')).stop_reason, 'end_turn');
      const entries = await workspace.history(id);
      assert.deepEqual([...new Set(entries.map(({ type }) => type))].sort(), ['info', 'message', 'session', 'thinking', 'tool_call']);
      assert.match(inShort(entries).at(-1) ?? '', /144/);
      const row = await workspace.get(id);
      assert.equal(row.status, 'active');
      assert.ok(row.token_usage.total > 0);
      const other = await open({ agents: demo(env) });
      const notices: TurnUpdate[] = [];
      other.onTurn((_id, _seq, update) => update.kind === 'notice' && notices.push(update));
      assert.equal((await turn(other, id, 'how many prompts were there before?')).stop_reason, 'end_turn');
      assert.ok(notices.some((update) => update.kind === 'notice' && update.text === 'Demo resumed its own session'));
      assert.equal((await other.get(id)).turn_count, 2);
    });
  });

  test('ask before they write, and end with what they had when the agent dies', async () => {
    await withFolder({}, async ({ env, open }) => {
      const workspace = await open({ agents: demo(env) });
      const heard: TurnUpdate[] = [];
      workspace.onTurn((_id, _seq, update) => heard.push(update));
      const { id } = await workspace.create({ backend: 'demo' });
      const writing = await workspace.startTurn(id, content('/write note.md hello'));
      const asked = await until('it asks', () => heard.find((update) => update.kind === 'permission'));
      assert.ok(asked.kind === 'permission');
      writing.respond(asked.request.id, asked.request.options.find(({ kind }) => kind === 'reject_once')?.id ?? null);
      assert.equal((await writing.done).stop_reason, 'end_turn');
      assert.ok((await workspace.history(id)).some((entry) => entry.type === 'tool_call' && entry.call.status === 'denied'));
      const ended = await turn(workspace, id, '/exit 3');
      assert.equal(ended.error?.code, 'agent_failed');
      assert.equal((await workspace.get(id)).status, 'error');
      assert.equal((await turn(workspace, id, 'hello again')).stop_reason, 'end_turn');
    });
  });

  test('of a process that was killed keep what streamed, and the session goes on elsewhere', async () => {
    await withFolder({}, async ({ dir, env, workspace }) => {
      const script = fileURLToPath(new URL('../support/hangingTurn.ts', import.meta.url));
      const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, dir], {
        env: { ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
      const id = bytes.toString().trim();
      assert.equal((await workspace.get(id)).running?.program, 'victim');
      await assert.rejects(workspace.startTurn(id, content('me')), { code: 'busy', message: /victim/ });
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { entries, running } = await workspace.snapshot(id);
      assert.equal(running, false);
      assert.deepEqual(inShort(entries), ['user go', 'assistant half an answer']);
      const last = entries.findLast((entry) => entry.type === 'message');
      assert.equal(last?.stop_reason, 'interrupted');
      assert.equal((await workspace.get(id)).running, undefined);
      assert.equal((await turn(workspace, id, 'go on')).stop_reason, 'end_turn');
      assert.deepEqual(inShort(await workspace.history(id)).slice(-2), ['user go on', 'assistant you said: go on']);
    });
  });
});
