import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { withCli, type CliPlace } from '../support/cli.js';
import { withMcp } from '../support/mcpClient.js';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly spawned: boolean;
  readonly parent?: string;
  readonly state: string;
}
interface Listed {
  readonly sessions: readonly Row[];
}

/** The MCP server as any program starts it, with the variables that Skein sets where they are given. */
const inFolder = (place: CliPlace, run: Parameters<typeof withMcp>[1], env: Readonly<Record<string, string>> = {}, folder = place.folder) =>
  withMcp(
    { command: place.command[0] ?? '', args: [...place.command.slice(1), 'mcp', '--path', folder], env: { ...place.env, ...env } },
    run,
  );

const allow = (place: CliPlace) => place.run(['config', 'set', 'mcp.send', 'allow']);

describe('skein mcp', () => {
  test('offers the five tools, and says which of them only read', async () => {
    await withCli(async (place) => {
      await inFolder(place, async ({ client }) => {
        const { tools } = await client.listTools();
        assert.deepEqual(
          tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint]),
          [
            ['sessions_list', true],
            ['sessions_history', true],
            ['session_status', true],
            ['sessions_send', false],
            ['sessions_spawn', false],
          ],
        );
      });
    });
  });

  test('lists, filters and reads the sessions of the folder', async () => {
    await withCli(async (place) => {
      const one = await place.start('write a haiku', '--tag', 'poem');
      const two = await place.start('count the herons');
      await inFolder(place, async ({ call }) => {
        const ids = async (args: object): Promise<readonly string[]> =>
          (await call<Listed>('sessions_list', args)).sessions.map(({ id }) => id);
        assert.deepEqual(await ids({}), [two, one]);
        assert.deepEqual(await ids({ lastN: 1 }), [two]);
        assert.deepEqual(await ids({ tag: ['poem'] }), [one]);
        assert.deepEqual(await ids({ query: 'herons' }), [two]);
        assert.deepEqual(await ids({ agent: 'claude' }), []);
        assert.deepEqual(await ids({ source: 'skein', activeOnly: true, agent: 'demo' }), [two, one]);
        const { entries } = await call<{ entries: { who: string; text: string }[] }>('sessions_history', {
          session: one.slice(0, 8),
          last: 2,
        });
        assert.deepEqual(
          entries.map(({ who }) => who).filter((who) => who !== 'tool'),
          ['assistant'],
        );
        const whole = await call<{ entries: { who: string; text: string }[] }>('sessions_history', { session: one });
        assert.equal(whole.entries[0]?.text, 'write a haiku');
        const status = await call<Row & { tokens: number; context?: { used: number } }>('session_status', { session: one });
        assert.equal(status.state, 'idle');
        assert.ok(status.tokens > 0);
      });
    });
  });

  test('neither sends nor starts anything where nobody can be asked', async () => {
    await withCli(async (place) => {
      const id = await place.start('hello');
      await inFolder(place, async ({ refused }) => {
        assert.match(await refused('sessions_send', { session: id, message: 'go' }), /^denied: .*nobody to ask/);
        assert.match(await refused('sessions_spawn', { prompt: 'go' }), /^denied: /);
      });
      const rows = (await place.run(['sessions', 'list', '--json'])).json() as { id: string; turn_count: number }[];
      assert.deepEqual(
        rows.map((row) => [row.id, row.turn_count]),
        [[id, 1]],
      );
      await place.run(['config', 'set', 'mcp.send', 'deny']);
      await inFolder(place, async ({ refused }) =>
        assert.match(await refused('sessions_spawn', { prompt: 'go' }), /^denied: agents may not/),
      );
    });
  });

  test('starts children of the session that its environment names, as deep and as many as the settings allow', async () => {
    await withCli(async (place) => {
      await allow(place);
      const parent = await place.start('hello');
      let child = '';
      await inFolder(
        place,
        async ({ call }) => {
          const sent = await call<{ session: string; state: string; reply: string }>('sessions_spawn', {
            prompt: 'say so',
            title: 'Child',
          });
          assert.equal(sent.state, 'answered');
          assert.ok(sent.reply.length > 0);
          child = sent.session;
          const note = await call<{ state: string }>('sessions_send', { session: child, message: 'and again', reply: 'announce' });
          assert.equal(note.state, 'running');
        },
        { SKEIN_SESSION: parent, SKEIN_DEPTH: '0' },
      );
      const shown = (await place.run(['sessions', 'show', child, '--json'])).json() as {
        parent_id: string;
        metadata: object;
        title: string;
      };
      assert.deepEqual([shown.parent_id, shown.metadata, shown.title], [parent, { ...shown.metadata, spawned_by: parent }, 'Child']);
      const status = (await place.run(['sessions', 'status', parent, '--json'])).json() as { children: Row[] };
      assert.deepEqual(
        status.children.map(({ id }) => id),
        [child],
      );
      await place.run(['config', 'set', 'mcp.max_spawned', '1']);
      await inFolder(
        place,
        async ({ refused }) => assert.match(await refused('sessions_spawn', { prompt: 'go' }), /^denied: 1 sessions were started/),
        { SKEIN_SESSION: parent },
      );
      // What the environment says can only be too little: the records tell how deep the child is.
      await place.run(['config', 'set', 'mcp.max_depth', '1']);
      await inFolder(
        place,
        async ({ refused }) => assert.match(await refused('sessions_send', { session: parent, message: 'go' }), /mcp\.max_depth/),
        {
          SKEIN_SESSION: child,
          SKEIN_DEPTH: '0',
        },
      );
    });
  });

  test('knows nothing of another folder, whatever it is asked for', async () => {
    await withCli(async (place) => {
      await allow(place);
      execFileSync('git', ['init', '-q', place.folder]);
      const [a, b] = [path.join(place.folder, 'a'), path.join(place.folder, 'b')];
      const far = path.join(path.dirname(place.folder), 'other');
      for (const folder of [a, b, far]) await mkdir(folder);
      const inA = await place.start('the herons of a', '--path', a);
      // In the same store, and in one of its own.
      const hidden = [await place.start('the secret of b', '--path', b), await place.start('the secret far away', '--path', far)];
      const tries = [
        ...hidden,
        ...hidden.map((id) => id.slice(0, 8)),
        '../../other',
        far,
        `${far}/.skein/sessions/${hidden[1] ?? ''}`,
        '*',
      ];
      await inFolder(
        place,
        async ({ call, refused }) => {
          const { sessions } = await call<Listed>('sessions_list', { query: 'herons', archived: true });
          assert.deepEqual(
            sessions.map(({ id }) => id),
            [inA],
          );
          assert.equal((await call<Listed>('sessions_list', {})).sessions.length, 1);
          for (const session of tries) {
            for (const [tool, more] of [
              ['sessions_history', {}],
              ['session_status', {}],
              ['sessions_send', { message: 'go' }],
            ] as const) {
              const said = await refused(tool, { session, ...more });
              assert.match(said, /^not_found: there is no session /, `${tool} ${session}`);
              assert.doesNotMatch(said.replaceAll(session, ''), /secret|other/);
            }
            assert.match(
              await refused('sessions_send', { session: inA, message: 'go', reply: 'announce', announce_to: session }),
              /^not_found/,
            );
          }
          // An argument that is no tool's is not taken along.
          assert.equal((await call<Listed>('sessions_list', { scope: 'all', path: far })).sessions.length, 1);
        },
        {},
        a,
      );
      for (const id of hidden) {
        const row = (await place.run(['sessions', 'show', id, '--json', '--path', id === hidden[0] ? b : far])).json() as {
          turn_count: number;
        };
        assert.equal(row.turn_count, 1);
      }
    });
  });
});
