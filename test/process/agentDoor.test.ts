import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import type { AgentCatalog, McpProgram } from '../../src/agents/agent.js';
import type { Workspace } from '../../src/core/workspace.js';
import type { PermissionRequest, TurnUpdate } from '../../src/model/turn.js';
import { withMcp, type McpPlace } from '../support/mcpClient.js';
import { withFolder } from '../support/openFolder.js';
import { cancelled, echo, scriptedCatalog, type Script } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';
import { until } from '../support/until.js';

type Act = (tools: McpPlace, program: McpProgram) => Promise<unknown>;

interface Scene {
  readonly workspace: Workspace;
  readonly asked: readonly PermissionRequest[];
  readonly heard: readonly (readonly [id: string, update: TurnUpdate])[];
  /** Runs a turn of a new session whose agent does that with its tools. Its id. */
  readonly turnThat: (act: Act, settings?: { readonly permission_mode?: 'plan' | 'ask' | 'auto' }) => Promise<string>;
  /** The modes that agents were told, in order. */
  readonly modes: readonly (string | undefined)[];
  /** What the person answers from now on: an option's id, or nothing at all. */
  answer: string | undefined;
}

/** An agent that uses the MCP server it was given, through the official client; a prompt that is no order is echoed. */
async function withDoor(run: (scene: Scene) => Promise<void>): Promise<void> {
  let act: Act | undefined;
  let given: readonly McpProgram[] = [];
  const modes: (string | undefined)[] = [];
  const script: Script = async (prompt, hooks) => {
    if (prompt === 'wait') return cancelled(hooks);
    const [program] = given;
    const todo = prompt === 'act' ? act : undefined;
    if (!todo || !program) return echo(prompt, hooks);
    await withMcp({ ...program, env: { ...program.env, HOME: '/nonexistent', PATH: '' } }, (tools) => todo(tools, program));
    return echo('done', hooks);
  };
  const inner = scriptedCatalog({ script });
  const agents: AgentCatalog = {
    list: () => inner.list(),
    connect: async (name, options) => {
      const connection = await inner.connect(name, options);
      return {
        ...connection,
        create: (settings) => {
          given = settings.mcp ?? [];
          modes.push(settings.mode);
          return connection.create(settings);
        },
      };
    },
  };
  await withFolder({ agents }, async ({ workspace }) => {
    const asked: PermissionRequest[] = [];
    const heard: (readonly [string, TurnUpdate])[] = [];
    workspace.onTurn((id, _seq, update) => {
      heard.push([id, update]);
      if (update.kind !== 'permission') return;
      asked.push(update.request);
      if (scene.answer !== undefined) workspace.running(id)?.respond(update.request.id, scene.answer);
    });
    const scene: Scene = {
      workspace,
      asked,
      modes,
      heard,
      answer: 'once',
      turnThat: async (next, settings) => {
        act = next;
        const { id } = await workspace.create({ backend: 'scripted', title: 'Asks', ...(settings && { settings }) });
        const ended = await turn(workspace, id, 'act');
        assert.equal(ended.error?.message, undefined);
        return id;
      },
    };
    await run(scene);
  });
}

describe('an agent of Skein', () => {
  test('starts a session when the person allows it, who sees what is asked; the child is shown while it runs', async () => {
    await withDoor(async ({ workspace, turnThat, asked, heard }) => {
      let child = '';
      const parent = await turnThat(async ({ call }) => {
        const sent = await call<{ session: string; reply: string }>('sessions_spawn', { prompt: 'look around', tags: ['helper'] });
        assert.equal(sent.reply, 'you said: look around');
        child = sent.session;
      });
      assert.deepEqual(
        asked.map(({ title, call }) => [title, call.input]),
        [['Start a session with scripted', { prompt: 'look around', agent: 'scripted', tags: ['helper'] }]],
      );
      const row = await workspace.get(child);
      assert.deepEqual([row.parent_id, row.metadata['spawned_by'], row.tags], [parent, parent, ['helper']]);
      // Whoever listens to this process sees it start, stream and end.
      const kinds = heard.filter(([id]) => id === child).map(([, { kind }]) => kind);
      assert.deepEqual([kinds[0], kinds.at(-1)], ['started', 'ended']);
      assert.ok(kinds.includes('text'));
      assert.deepEqual(
        (await workspace.status(parent)).children.map(({ id }) => id),
        [child],
      );
    });
  });

  test('sends nothing that the person does not allow, and is asked once where all is allowed', async () => {
    await withDoor(async (scene) => {
      const { workspace, turnThat, asked } = scene;
      const { id } = await workspace.create({ backend: 'scripted', title: 'Other' });
      scene.answer = 'no';
      await turnThat(async ({ refused }) => {
        assert.equal(await refused('sessions_send', { session: id, message: 'go' }), 'denied: the person did not allow it');
        assert.match(await refused('sessions_spawn', { prompt: 'go' }), /^denied/);
      });
      assert.equal((await workspace.get(id)).turn_count, 0);
      assert.equal((await workspace.list()).rows.length, 2);
      scene.answer = 'session';
      const before = asked.length;
      await turnThat(async ({ call }) => {
        for (const message of ['one', 'two']) await call('sessions_send', { session: id, message });
      });
      assert.deepEqual(
        asked.slice(before).map(({ title }) => title),
        [`Send to the session “Other” (${id})`],
      );
      assert.equal((await workspace.get(id)).turn_count, 2);
    });
  });

  test('in the mode auto is not asked, and what it starts may do no more than it', async () => {
    await withDoor(async ({ workspace, turnThat, asked, modes }) => {
      await turnThat(({ call }) => call('sessions_spawn', { prompt: 'go' }), { permission_mode: 'auto' });
      assert.equal(asked.length, 0);
      await workspace.config().set('agents.scripted.defaults.permission_mode', 'auto');
      let child = '';
      const spawn: Act = async ({ call }) => {
        child = (await call<{ session: string }>('sessions_spawn', { prompt: 'wait', reply: 'skip' })).session;
      };
      await turnThat(spawn, { permission_mode: 'ask' });
      assert.ok(workspace.running(child));
      assert.equal(asked.length, 1);
      assert.equal(modes.at(-1), 'ask');
      workspace.running(child)?.cancel();
    });
  });

  test('takes its question back when it gives up, or is cancelled', async () => {
    await withDoor(async (scene) => {
      const { workspace, turnThat, heard } = scene;
      scene.answer = undefined;
      await turnThat(async ({ client }) => {
        const giveUp = new AbortController();
        const call = client.callTool({ name: 'sessions_spawn', arguments: { prompt: 'go' } }, { signal: giveUp.signal });
        await until('the person is asked', () => heard.some(([, { kind }]) => kind === 'permission'));
        giveUp.abort();
        await assert.rejects(call);
        await until('the question is withdrawn', () => heard.some(([, { kind }]) => kind === 'permission_done'));
      });
      assert.equal((await workspace.list()).rows.length, 1);
    });
  });

  test('reaches no other folder, and only as long as its turn runs', async () => {
    await withDoor(async ({ workspace, turnThat }) => {
      let late: McpProgram | undefined;
      await turnThat(async ({ refused, call }, program) => {
        late = program;
        assert.match(await refused('sessions_history', { session: '0'.repeat(32) }), /^not_found/);
        assert.equal((await call<{ sessions: unknown[] }>('sessions_list', { scope: 'all' })).sessions.length, 1);
        const address = program.env['SKEIN_DOOR'] ?? '';
        if (process.platform !== 'win32') {
          assert.equal((await stat(address)).mode & 0o777, 0o600);
          assert.equal((await stat(path.dirname(address))).mode & 0o777, 0o700);
        }
        await withMcp({ ...program, env: { ...program.env, SKEIN_DOOR_KEY: 'guessed' } }, async (other) => {
          assert.equal(await other.refused('sessions_list', {}), 'denied: this key opens no session');
        });
      });
      assert.ok(late);
      await withMcp(late, async ({ refused }) => {
        assert.equal(await refused('sessions_list', {}), 'denied: the session that asks runs no turn');
      });
      await workspace.dispose();
      await withMcp(late, async ({ refused }) => assert.match(await refused('sessions_list', {}), /^gone: /));
      await assert.rejects(stat(path.dirname(late.env['SKEIN_DOOR'] ?? '')), { code: 'ENOENT' });
    });
  });
});
