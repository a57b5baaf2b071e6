import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PermissionMode } from '../../src/model/permissionMode.js';
import { isFork, isSpawned } from '../../src/model/lineage.js';
import { withFolder } from '../support/openFolder.js';
import { cancelled, echo, say, scriptedCatalog, type Script } from '../support/scriptedCatalog.js';
import { inShort, turn } from '../support/turn.js';
import { until } from '../support/until.js';

/** Answers as `echo`, once the test lets it. */
function held(): { readonly script: Script; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, script: (prompt, hooks) => (prompt.includes('hold') ? opened.then(() => echo(prompt, hooks)) : echo(prompt, hooks)) };
}

const asking = (session: string, more: { readonly depth?: number; readonly mode?: PermissionMode } = {}) => ({
  caller: { session, depth: more.depth ?? 0, mode: more.mode },
});

describe('a message to a session', () => {
  test('is a prompt there, and its answer comes back with what it cost', async () => {
    await withFolder({}, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.deepEqual(await workspace.send({ session: id.slice(0, 8), message: 'hello', reply: 'reply' }), {
        session: id,
        state: 'answered',
        reply: 'you said: hello',
        tokens: 15,
        cost_usd: 0.25,
      });
      assert.deepEqual(inShort(await workspace.history(id)), ['user hello', 'assistant you said: hello']);
    });
  });

  test('of a session says which one speaks', async () => {
    await withFolder({}, async ({ workspace }) => {
      const from = await workspace.create({ backend: 'scripted', title: 'Plan it' });
      const to = await workspace.create({ backend: 'scripted' });
      await workspace.send({ session: to.id, message: 'hello', reply: 'reply', ...asking(from.id) });
      assert.equal(inShort(await workspace.history(to.id))[0], `user Message from session “Plan it” (${from.id.slice(0, 8)}):\n\nhello`);
    });
  });

  test('waits while the session runs, in the order in which messages came, or is refused as the setting says', async () => {
    const { script, open } = held();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const running = await workspace.startTurn(id, { content: [{ type: 'text', text: 'hold on' }] });
      const one = await workspace.send({ session: id, message: 'one', reply: 'skip' });
      const two = workspace.send({ session: id, message: 'two', reply: 'reply' });
      assert.equal(one.state, 'queued');
      await until('two messages wait', async () => (await workspace.status(id)).queued === 2);
      await workspace.config().set('send_policy', 'refuse');
      await assert.rejects(workspace.send({ session: id, message: 'three', reply: 'skip' }), { code: 'busy' });
      open();
      await running.done;
      assert.equal((await two).reply, 'you said: two');
      assert.deepEqual(
        inShort(await workspace.history(id)).filter((line) => line.startsWith('user')),
        ['user hold on', 'user one', 'user two'],
      );
      assert.equal((await workspace.status(id)).queued, 0);
    });
  });

  test('is refused by a session that says so, which cannot loosen what the person says', async () => {
    const { script, open } = held();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const send = () => workspace.send({ session: id, message: 'now', reply: 'skip' });
      await workspace.patch([id], { settings: { send_policy: 'refuse' } });
      const running = await workspace.startTurn(id, { content: [{ type: 'text', text: 'hold on' }] });
      assert.equal((await workspace.settings(id)).send_policy, 'refuse');
      await assert.rejects(send(), { code: 'busy' });
      await workspace.config().set('send_policy', 'refuse');
      await workspace.patch([id], { settings: { send_policy: 'queue' } });
      assert.equal((await workspace.settings(id)).send_policy, 'refuse');
      await assert.rejects(send(), { code: 'busy' });
      open();
      await running.done;
      assert.equal((await send()).state, 'running', 'one that does not run takes them');
      await workspace.settled();
    });
  });

  test('waits for a turn of another process too', async () => {
    const { script, open } = held();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace, open: openAgain }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const running = await workspace.startTurn(id, { content: [{ type: 'text', text: 'hold on' }] });
      const other = await openAgain();
      assert.equal((await other.send({ session: id, message: 'later', reply: 'skip' })).state, 'queued');
      open();
      await running.done;
      await other.settled();
      assert.equal(inShort(await workspace.history(id)).at(-1), 'assistant you said: later');
    });
  });

  test('is answered into another session, whose agent is told with its next prompt, once', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents }, async ({ workspace }) => {
      const [asks, answers] = [
        await workspace.create({ backend: 'scripted' }),
        await workspace.create({ backend: 'scripted', title: 'Tests' }),
      ];
      await turn(workspace, asks.id, 'first');
      const sent = await workspace.send({ session: answers.id, message: 'are they green', reply: 'announce', announceTo: asks.id });
      assert.deepEqual(sent, { session: answers.id, state: 'running' });
      await workspace.settled();
      const note = `Session “Tests” (${answers.id.slice(0, 8)}) answered:\n\nyou said: are they green`;
      assert.equal(inShort(await workspace.history(asks.id)).at(-1), `system ${note}`);
      await turn(workspace, asks.id, 'second');
      await turn(workspace, asks.id, 'third');
      assert.deepEqual(agents.prompts.slice(-2), [`${note}\n\nsecond`, 'third']);
      // The agent was kept: an announcement is no reason to start it again.
      assert.equal(agents.calls.filter((call) => call === 'connect scripted').length, 2);
    });
  });

  test('tells a failure as an answer, and stops waiting when its time is over', async () => {
    const script: Script = async (prompt, hooks) => {
      if (prompt === 'wait') return cancelled(hooks);
      await say(hooks, 'half');
      throw new Error('it broke');
    };
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const failed = await workspace.send({ session: id, message: 'go', reply: 'reply' });
      assert.equal(failed.state, 'failed');
      assert.equal(failed.reply, 'half');
      assert.equal(failed.error?.message, 'it broke');
      assert.deepEqual(await workspace.send({ session: id, message: 'wait', reply: 'reply', timeoutMs: 20 }), {
        session: id,
        state: 'running',
      });
      assert.equal((await workspace.status(id)).state, 'running');
    });
  });

  test('ends with whoever waits for it: its turn is cancelled, or it is not sent any more', async () => {
    const script: Script = (_prompt, hooks) => cancelled(hooks);
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const [first, second] = [new AbortController(), new AbortController()];
      const running = workspace.send({ session: id, message: 'one', reply: 'reply', signal: first.signal });
      await until('the turn runs', () => workspace.running(id) !== undefined);
      const waiting = workspace.send({ session: id, message: 'two', reply: 'reply', signal: second.signal });
      second.abort();
      await assert.rejects(waiting, { code: 'interrupted' });
      first.abort();
      assert.equal((await running).error?.code, 'interrupted');
      assert.deepEqual(inShort(await workspace.history(id)), ['user one', 'assistant']);
    });
  });

  test('never makes two sessions wait for each other, nor one for itself', async () => {
    const { script, open } = held();
    await withFolder({ agents: scriptedCatalog({ script }) }, async ({ workspace }) => {
      const [a, b] = [await workspace.create({ backend: 'scripted' }), await workspace.create({ backend: 'scripted' })];
      const waits = workspace.send({ session: b.id, message: 'hold', reply: 'reply', ...asking(a.id) });
      await until('the turn runs', () => workspace.running(b.id) !== undefined);
      await assert.rejects(workspace.send({ session: a.id, message: 'y', reply: 'reply', ...asking(b.id, { depth: 1 }) }), {
        code: 'busy',
      });
      await assert.rejects(workspace.send({ session: a.id, message: 'y', reply: 'skip', ...asking(a.id) }), { code: 'usage' });
      open();
      await waits;
    });
  });

  test('runs in no looser mode than that of the session that sends it', async () => {
    const agents = scriptedCatalog();
    await withFolder({ agents }, async ({ workspace }) => {
      const from = await workspace.create({ backend: 'scripted' });
      for (const [own, bound, runs] of [
        ['auto', 'ask', 'ask'],
        ['accept_edits', 'plan', 'plan'],
        ['plan', 'auto', 'plan'],
        ['auto', undefined, 'auto'],
      ] as const) {
        const { id } = await workspace.create({ backend: 'scripted', settings: { permission_mode: own } });
        await workspace.send({
          session: id,
          message: 'go',
          reply: 'reply',
          ...asking(from.id, bound === undefined ? {} : { mode: bound }),
        });
        assert.equal(
          agents.calls.findLast((call) => call.startsWith('mode ')),
          `mode ${runs}`,
          `${own} under ${bound ?? 'none'}`,
        );
      }
    });
  });
});

describe('a session that another one starts', () => {
  test('is its child, found by is:spawned and not by is:fork, and shown in its status', async () => {
    await withFolder({}, async ({ workspace }) => {
      const parent = await workspace.create({ backend: 'scripted' });
      await turn(workspace, parent.id, 'go');
      const fork = await workspace.fork(parent.id, {});
      const sent = await workspace.spawn({
        prompt: 'look',
        backend: 'scripted',
        title: 'Look',
        tags: ['x'],
        reply: 'reply',
        ...asking(parent.id),
      });
      assert.equal(sent.reply, 'you said: look');
      const row = await workspace.get(sent.session);
      assert.deepEqual([row.parent_id, row.tags, row.title, isSpawned(row), isFork(row)], [parent.id, ['x'], 'Look', true, false]);
      const found = async (search: string) => (await workspace.list({ search })).rows.map(({ id }) => id);
      assert.deepEqual(await found('is:spawned'), [sent.session]);
      assert.deepEqual(await found('is:fork'), [fork.id]);
      assert.deepEqual((await workspace.status(parent.id)).children, [
        { id: sent.session, title: 'Look', state: 'idle', status: 'active' },
      ]);
    });
  });

  test('is refused where there are too many, also of those that were asked for at once, or where they go too deep', async () => {
    await withFolder({}, async ({ workspace }) => {
      await workspace.config().set('mcp.max_spawned', 3);
      await workspace.config().set('mcp.max_depth', 2);
      const parent = await workspace.create({ backend: 'scripted' });
      const spawn = (caller = asking(parent.id)) => workspace.spawn({ prompt: 'go', backend: 'scripted', reply: 'reply', ...caller });
      const child = await spawn();
      // What a child starts counts for the family.
      await spawn(asking(child.session, { depth: 1 }));
      const both = await Promise.allSettled([spawn(), spawn()]);
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      await assert.rejects(spawn(), { code: 'denied', message: '3 sessions were started already' });
      await assert.rejects(spawn(asking(child.session, { depth: 2 })), { code: 'denied', hint: 'the limit is mcp.max_depth' });
      await assert.rejects(workspace.send({ session: parent.id, message: 'x', reply: 'skip', ...asking(child.session, { depth: 2 }) }), {
        code: 'denied',
      });
      assert.equal((await workspace.list()).rows.length, 4);
    });
  });

  test('is refused when the family has cost what it may, messages to other sessions included', async () => {
    await withFolder({}, async ({ workspace }) => {
      await workspace.config().set('mcp.max_cost_usd', 0.5);
      const [parent, other] = [await workspace.create({ backend: 'scripted' }), await workspace.create({ backend: 'scripted' })];
      const sent = () => workspace.send({ session: other.id, message: 'x', reply: 'reply', ...asking(parent.id) });
      const spawned = () => workspace.spawn({ prompt: 'x', backend: 'scripted', reply: 'reply', ...asking(parent.id) });
      await sent();
      await spawned();
      await assert.rejects(sent(), { code: 'over_budget', message: 'what agents sent and started here has cost $0.50' });
      await assert.rejects(spawned(), { code: 'over_budget' });
      // A person may.
      assert.equal((await workspace.send({ session: other.id, message: 'x', reply: 'reply' })).state, 'answered');
    });
  });

  test('names an agent that there is, or nothing is made', async () => {
    await withFolder({}, async ({ workspace }) => {
      await assert.rejects(workspace.spawn({ prompt: 'x', backend: 'none', reply: 'skip' }), { code: 'usage' });
      assert.equal((await workspace.list()).rows.length, 0);
    });
  });
});
