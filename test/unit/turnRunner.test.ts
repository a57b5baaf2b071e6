import assert from 'node:assert/strict';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SessionError } from '../../src/model/errors.js';
import type { TurnUpdate } from '../../src/model/turn.js';
import type { Workspace } from '../../src/core/workspace.js';
import { HeldLease } from '../../src/store/heldLease.js';
import { withFolder } from '../support/openFolder.js';
import { content, inShort, turn } from '../support/turn.js';
import { cancelled, say, scriptedCatalog, send, type ScriptedOptions } from '../support/scriptedCatalog.js';

/** Runs with a folder that has one new session, and the agent behind it. */
async function withSession(
  options: ScriptedOptions,
  run: (at: {
    workspace: Workspace;
    id: string;
    agents: ReturnType<typeof scriptedCatalog>;
    dir: string;
    heard: TurnUpdate[];
  }) => Promise<void>,
): Promise<void> {
  const agents = scriptedCatalog(options);
  await withFolder({ agents }, async ({ workspace, dir }) => {
    const heard: TurnUpdate[] = [];
    let last = 0;
    workspace.onTurn((_id, seq, update) => {
      assert.ok(seq > last, 'seq rises');
      last = seq;
      heard.push(update);
    });
    const { id } = await workspace.create({ backend: 'scripted' });
    await run({ workspace, id, agents, dir, heard });
  });
}

describe('a turn', () => {
  test('is told as it streams, kept in order, and counted', async () => {
    await withSession({}, async ({ workspace, id, heard }) => {
      const ended = await turn(workspace, id, 'hello there\nand more');
      assert.deepEqual(ended, { kind: 'ended', stop_reason: 'end_turn' });
      assert.deepEqual(inShort(await workspace.history(id)), ['user hello there\nand more', 'assistant you said: hello there\nand more']);
      const kinds = heard.map(({ kind }) => kind);
      assert.deepEqual([kinds[0], kinds.at(-2), kinds.at(-1)], ['started', 'entry', 'ended']);
      const streamed = heard.flatMap((update) => (update.kind === 'text' ? [update] : []));
      const entry = heard.findLast((update) => update.kind === 'entry')?.entry;
      assert.equal(streamed.map(({ delta }) => delta).join(''), 'you said: hello there\nand more');
      assert.ok(
        streamed.every((update) => update.id === entry?.id),
        'the entry has the id that streamed',
      );
      const row = await workspace.get(id);
      assert.equal(row.title, 'hello there');
      assert.equal(row.title_source, 'auto');
      assert.equal(row.prompt, 'hello there\nand more');
      assert.equal(row.status, 'active');
      assert.equal(row.backend_session_id, 's1');
      assert.equal(row.model, 'scripted-1');
      assert.equal(row.turn_count, 1);
      assert.equal(row.message_count, 2);
      assert.deepEqual(row.token_usage, { input: 10, output: 5, cached: 0, reasoning: 0, total: 15 });
      assert.equal(row.cost_usd, 0.25);
      assert.equal(row.running, undefined);
    });
  });

  test('keeps thinking, tools and plan as entries in the order in which they were done', async () => {
    const call = { id: 'c1', kind: 'read' as const, title: 'Read a.ts', status: 'running' as const };
    const script: ScriptedOptions['script'] = async (_prompt, hooks) => {
      await send(
        hooks,
        { kind: 'thinking', delta: 'let me ' },
        { kind: 'thinking', delta: 'see' },
        { kind: 'plan', id: 'plan', steps: [{ text: 'look', status: 'doing' }] },
        { kind: 'text', delta: 'I look. ', source_id: 'm1' },
        { kind: 'tool', call },
        { kind: 'tool', call: { ...call, status: 'completed' } },
        { kind: 'tool', call: { ...call, status: 'completed', output: 'late output' } },
        { kind: 'plan', id: 'plan', steps: [{ text: 'look', status: 'done' }] },
        { kind: 'text', delta: 'Done.', source_id: 'm2' },
      );
      return { stop_reason: 'end_turn' };
    };
    await withSession({ script }, async ({ workspace, id }) => {
      await turn(workspace, id, 'go');
      const entries = await workspace.history(id);
      assert.deepEqual(inShort(entries), [
        'user go',
        'thinking let me see',
        'assistant I look.',
        'tool Read a.ts completed',
        'plan done',
        'assistant Done.',
      ]);
      assert.equal(entries.find((entry) => entry.type === 'tool_call')?.call.output, 'late output');
      const messages = entries.flatMap((entry) => (entry.type === 'message' ? [entry] : []));
      assert.deepEqual(
        messages.map(({ source_id, stop_reason }) => [source_id, stop_reason]),
        [
          [undefined, undefined],
          ['m1', undefined],
          ['m2', 'end_turn'],
        ],
      );
    });
  });

  test('that fails keeps what streamed and marks the session; the next good one heals it', async () => {
    let fails = true;
    const script: ScriptedOptions['script'] = async (_prompt, hooks) => {
      await say(hooks, 'half an ');
      if (fails) throw new SessionError('agent_failed', 'the agent ended (exit 1)', { hint: 'last words' });
      return { stop_reason: 'end_turn' };
    };
    await withSession({ script }, async ({ workspace, id, agents }) => {
      const ended = await turn(workspace, id, 'go');
      assert.deepEqual(ended.error, { code: 'agent_failed', message: 'the agent ended (exit 1)', hint: 'last words' });
      const last = (await workspace.history(id)).findLast((entry) => entry.type === 'message');
      assert.equal(last?.stop_reason, 'error');
      assert.equal(last?.error, 'the agent ended (exit 1)\nlast words');
      assert.deepEqual(last?.message.content, [{ type: 'text', text: 'half an ' }]);
      const failed = await workspace.get(id);
      assert.deepEqual([failed.status, failed.error_message, failed.running], ['error', 'the agent ended (exit 1)\nlast words', undefined]);
      assert.equal(agents.open(), 0, 'no process is left');
      fails = false;
      assert.equal((await turn(workspace, id, 'again')).stop_reason, 'end_turn');
      const healed = await workspace.get(id);
      assert.deepEqual([healed.status, healed.error_message], ['active', undefined]);
    });
  });

  test('whose agent is not there keeps the prompt and says what installs it', async () => {
    const missing = new SessionError('agent_missing', 'Scripted was not found', { hint: 'npm install -g scripted' });
    await withSession({ missing }, async ({ workspace, id }) => {
      assert.deepEqual((await turn(workspace, id, 'hello')).error, {
        code: 'agent_missing',
        message: 'Scripted was not found',
        hint: 'npm install -g scripted',
      });
      assert.deepEqual(inShort(await workspace.history(id)), ['user hello', 'assistant']);
    });
  });

  test('can be stopped: what streamed is kept, open calls are cancelled, and the session goes on', async () => {
    const script: ScriptedOptions['script'] = async (prompt, hooks) => {
      if (prompt !== 'hang') return { stop_reason: 'end_turn' };
      await send(
        hooks,
        { kind: 'text', delta: 'I begin' },
        { kind: 'tool', call: { id: 'c', kind: 'execute', title: 'npm test', status: 'running' } },
      );
      return cancelled(hooks);
    };
    await withSession({ script }, async ({ workspace, id, heard }) => {
      const running = await workspace.startTurn(id, content('hang'));
      while (!heard.some(({ kind }) => kind === 'tool')) await new Promise((resolve) => setImmediate(resolve));
      assert.equal((await workspace.get(id)).running?.state, 'running');
      const snapshot = await workspace.snapshot(id);
      assert.deepEqual(inShort(snapshot.entries), ['user hang', 'assistant I begin']);
      assert.deepEqual(
        snapshot.live.map(({ kind }) => kind),
        ['tool'],
      );
      assert.equal(snapshot.running, true);
      workspace.running(id)?.cancel();
      assert.equal((await running.done).stop_reason, 'cancelled');
      assert.deepEqual(inShort(await workspace.history(id)), ['user hang', 'assistant I begin', 'tool npm test cancelled', 'assistant']);
      assert.equal((await workspace.get(id)).status, 'active');
      assert.equal((await turn(workspace, id, 'more')).stop_reason, 'end_turn');
    });
  });

  test('is refused while another one runs, here and in another process of the same folder', async () => {
    await withFolder({ agents: scriptedCatalog({ script: (_prompt, hooks) => cancelled(hooks) }) }, async ({ workspace, open }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const first = await workspace.startTurn(id, content('hang'));
      const busy = { name: 'SessionError', code: 'busy' };
      await assert.rejects(workspace.startTurn(id, content('me too')), busy);
      const other = await open({ program: 'other' });
      await assert.rejects(other.startTurn(id, content('me too')), { ...busy, message: /is running in test \(pid \d+ on / });
      first.cancel();
      await first.done;
      assert.deepEqual(inShort(await workspace.history(id)), ['user hang', 'assistant']);
    });
  });

  const fails = () => Promise.reject(new SessionError('agent_failed', 'the agent ended (exit 1)'));
  for (const [ending, how, script] of [
    ['well', 'sent', undefined],
    ['well', 'queued', undefined],
    ['badly', 'queued', fails],
  ] as const)
    test(`that ended ${ending}, whose lease is gone: nothing runs for whoever asks, and a prompt that is ${how} begins when all is done`, async (t) => {
      let told = (): void => undefined;
      let finish = (): void => undefined;
      const released = new Promise<void>((resolve) => (told = resolve));
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const release = Reflect.get<HeldLease, 'release'>(HeldLease.prototype, 'release');
      t.mock.method(HeldLease.prototype, 'release', async function (this: HeldLease) {
        await release.call(this);
        told();
        await finished;
      });
      await withSession(script ? { script } : {}, async ({ workspace, id, heard }) => {
        try {
          await workspace.startTurn(id, content('first'));
          await released;
          const { row, running, holder } = await workspace.snapshot(id);
          assert.deepEqual([running, holder, row.running], [false, undefined, undefined]);
          assert.equal((await workspace.get(id)).running, undefined);
          assert.equal((await workspace.status(id)).state, 'idle');
          const next = how === 'queued' ? workspace.queueTurn(id, content('next')) : workspace.startTurn(id, content('next'));
          assert.equal(await Promise.race([next.catch(String), delay(50, 'it waits')]), 'it waits');
          finish();
          const begun = await next;
          assert.notEqual(typeof begun, 'string', 'begun, and not in the queue');
          assert.deepEqual(inShort(workspace.running(id)?.complete ?? []).slice(0, 1), ['user next']);
          await workspace.running(id)?.done;
          const kinds = heard.flatMap(({ kind }) => (kind === 'started' || kind === 'ended' ? [kind] : []));
          assert.deepEqual(kinds, ['started', 'ended', 'started', 'ended']);
        } finally {
          finish();
        }
      });
    });

  test('is refused in a folder that is not trusted: nothing is started or written', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents, trusted: () => false }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await assert.rejects(workspace.startTurn(id, content('hello')), { code: 'untrusted' });
      assert.deepEqual(agents.calls, []);
      assert.deepEqual(inShort(await workspace.history(id)), []);
    });
  });

  test('that runs when the folder is closed is kept as interrupted', async () => {
    const agents = scriptedCatalog({
      script: async (_prompt, hooks) => {
        await say(hooks, 'half');
        return cancelled(hooks);
      },
    });
    await withFolder({ agents }, async ({ workspace, open }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const heard: string[] = [];
      workspace.onTurn((_id, _seq, { kind }) => heard.push(kind));
      const { done } = await workspace.startTurn(id, content('go'));
      while (!heard.includes('text')) await new Promise((resolve) => setImmediate(resolve));
      await workspace.dispose();
      assert.equal((await done).stop_reason, 'interrupted');
      assert.equal(agents.open(), 0);
      assert.deepEqual(inShort(await (await open()).history(id)), ['user go', 'assistant half']);
    });
  });

  test('that is just beginning when the folder is closed is kept as interrupted too, and leaves no agent behind', async () => {
    const agents = scriptedCatalog({ script: (_prompt, hooks) => cancelled(hooks) });
    await withFolder({ agents }, async ({ workspace, open }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const other = await workspace.create({ backend: 'scripted' });
      const closing: Promise<void>[] = [];
      const resolveId = workspace.resolveId.bind(workspace);
      // What the prompt names is looked for when the session is taken and the turn is not there yet.
      workspace.resolveId = (text) => {
        if (text === other.id && closing.length === 0) closing.push(workspace.dispose());
        return resolveId(text);
      };
      const { done } = await workspace.startTurn(id, content(`see @session:${other.id}`));
      await Promise.all(closing);
      assert.equal(closing.length, 1);
      assert.equal((await Promise.race([done, delay(5_000, undefined, { ref: false })]))?.stop_reason, 'interrupted');
      assert.equal(agents.open(), 0);
      assert.equal((await (await open()).get(id)).running, undefined);
    });
  });

  test('that was stopped is over, whatever an agent that comes up later says', async () => {
    const agents = scriptedCatalog({ can: { resume: true } });
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const connect: typeof agents.connect = async (...args) => {
      await held;
      const connection = await agents.connect(...args);
      const dispose = () => connection.dispose().then(() => Promise.reject(new Error('it clings to life')));
      return { ...connection, dispose };
    };
    const late = { ...agents, connect };
    await withFolder({ agents }, async ({ workspace, open, log }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'one');
      await workspace.dispose();
      const other = await open({ agents: late });
      const heard: TurnUpdate[] = [];
      other.onTurn((_id, _seq, update) => heard.push(update));
      const running = await other.startTurn(id, content('two'));
      running.cancel();
      await running.done;
      const disposed = agents.calls.filter((call) => call === 'dispose').length;
      letGo();
      while (agents.calls.filter((call) => call === 'dispose').length === disposed) await delay(1);
      assert.ok(agents.calls.includes('resume s1'));
      assert.equal(heard.at(-1)?.kind, 'ended');
      while (!log.some((line) => line.includes('it clings to life'))) await delay(1);
    });
  });

  test('writes no usage where the setting says so', async () => {
    await withSession({}, async ({ workspace, id }) => {
      await workspace.config().set('session.store_token_usage', false);
      await turn(workspace, id, 'hello');
      assert.equal((await workspace.get(id)).token_usage.total, 0);
      assert.equal((await workspace.get(id)).cost_usd, null);
    });
  });

  test('takes the agent’s title, but never over one that the person gave', async () => {
    const script: ScriptedOptions['script'] = async (_prompt, hooks) => {
      await send(hooks, { kind: 'title', title: 'Agent’s idea' });
      return { stop_reason: 'end_turn' };
    };
    await withSession({ script }, async ({ workspace, id, heard }) => {
      await turn(workspace, id, 'hello');
      assert.equal((await workspace.get(id)).title, 'Agent’s idea');
      await workspace.patch([id], { title: 'Mine' });
      heard.length = 0;
      await turn(workspace, id, 'more');
      assert.equal((await workspace.get(id)).title, 'Mine');
      assert.ok(!heard.some(({ kind }) => kind === 'title'));
    });
  });

  test('loses nothing when the session is deleted by another process meanwhile: it ends and says so', async () => {
    await withSession({ script: async (_prompt, hooks) => cancelled(hooks) }, async ({ workspace, id, dir }) => {
      const running = await workspace.startTurn(id, content('go'));
      await rename(join(dir, '.skein', 'sessions', `${id}.jsonl`), join(dir, 'taken.jsonl'));
      running.cancel();
      const ended = await running.done;
      assert.equal(ended.stop_reason, 'error');
      assert.equal(ended.error?.code, 'gone');
      assert.match(await readFile(join(dir, 'taken.jsonl'), 'utf8'), /"text":"go"/);
    });
  });
});
