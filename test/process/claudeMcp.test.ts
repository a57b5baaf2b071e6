import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { openWorkspace } from '../../src/core/openWorkspace.js';
import type { Workspace } from '../../src/core/workspace.js';
import { silentLogger } from '../../src/model/logger.js';
import { textOf } from '../../src/model/contentText.js';
import { startModelServer, type ModelServer } from '../support/modelServer.js';
import { claude, claudeEnvironment } from '../support/realAgents/claude.js';
import { claudeOwn } from '../support/realAgents/claudeOwn.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { content } from '../support/turn.js';

// The real Claude Code, which starts the built `skein mcp` that it is given, and uses its tools as the model orders.
for (const { title, install } of [claude, claudeOwn])
  describe(`${title}, with the sessions of its folder`, () => {
    const scratch = makeScratchFolder('claude-mcp');
    const [home, cwd, other] = ['home', 'project', 'other'].map((name) => path.join(scratch.folder, name)) as [string, string, string];
    let server: ModelServer;
    let workspace: Workspace;
    let far: Workspace;
    const asked: string[] = [];
    const skein = fileURLToPath(new URL('../../dist/cli/skein.js', import.meta.url));
    /** Whether the person allows what Skein asks for. */
    let allows = true;

    before(
      async () => {
        for (const folder of [home, cwd, other]) await fs.mkdir(folder);
        // The person's own server, which has tools of the very same names.
        const stranger = { type: 'stdio', command: process.execPath, args: [skein, 'mcp', '--path', other], env: { HOME: home } };
        await fs.writeFile(path.join(home, '.claude.json'), JSON.stringify({ mcpServers: { stranger } }));
        server = await startModelServer();
        const env = {
          PATH: [await install(), process.env['PATH']].join(path.delimiter),
          HOME: home,
          ...claudeEnvironment(server.url),
          // It would show the model a search for tools in the place of those that it has many of.
          ENABLE_TOOL_SEARCH: 'false',
        };
        const open = (dir: string): Promise<Workspace> =>
          openWorkspace(dir, { program: 'test', surface: 'test', env, logger: silentLogger, trusted: () => true });
        [workspace, far] = [await open(cwd), await open(other)];
        workspace.onTurn((id, _seq, update) => {
          if (update.kind !== 'permission') return;
          const { title, options, id: request } = update.request;
          asked.push(title);
          const isOurs = title.startsWith('Start a session') || title.startsWith('Send to');
          const kind = isOurs && !allows ? 'reject_once' : 'allow_once';
          workspace.running(id)?.respond(request, options.find((option) => option.kind === kind)?.id ?? null);
        });
      },
      { timeout: 600_000 }, // the first time, it is installed
    );
    after(async () => {
      await workspace.dispose();
      await far.dispose();
      await server.close();
      scratch.remove();
    });

    /** Runs a turn and gives what the agent said last. */
    const said = async (id: string, prompt: string): Promise<string> => {
      const turn = await workspace.startTurn(id, content(prompt));
      const ended = await turn.done;
      assert.equal(ended.stop_reason, 'end_turn', ended.error?.message);
      const last = turn.complete.findLast((entry) => entry.type === 'message');
      return last?.type === 'message' ? textOf(last.message.content) : '';
    };

    test('lists them, starts one as a child, and sends to it, each time the person allows it', { timeout: 300_000 }, async () => {
      const parent = await workspace.create({ backend: 'claude', title: 'Parent' });
      assert.match(await said(parent.id, '[[tool sessions_list {"lastN": 5}]]'), new RegExp(parent.id));
      const spawned = await said(
        parent.id,
        '[[tool sessions_spawn {"prompt": "count the herons", "title": "Child", "timeout_seconds": 240}]]',
      );
      const child = (await workspace.list({ search: 'is:spawned' })).rows[0];
      assert.ok(child);
      assert.deepEqual([child.parent_id, child.backend, child.title], [parent.id, 'claude', 'Child']);
      assert.match(spawned, /You said: count the herons/);
      const sent = await said(
        parent.id,
        `[[tool sessions_send {"session": "${child.id}", "message": "and the geese", "timeout_seconds": 240}]]`,
      );
      assert.match(sent, /and the geese.*Earlier user turns: 1/);
      // Once each, by Skein; what only reads is not asked for at all.
      assert.deepEqual(asked, ['Start a session with claude', `Send to the session “Child” (${child.id})`]);
    });

    test('is asked by its own question for a tool of another server, also of the same name', { timeout: 300_000 }, async () => {
      const session = await workspace.create({ backend: 'claude', title: 'Two servers' });
      asked.length = 0;
      await said(session.id, '[[tool mcp__skein__sessions_list {"lastN": 5}]]');
      assert.deepEqual(asked, []);
      await said(session.id, '[[tool mcp__stranger__sessions_list {"lastN": 5}]]');
      assert.equal(asked.length, 1, asked.join('\n'));
      assert.match(asked[0] ?? '', /stranger/);
    });

    test('starts nothing that the person refuses, and reaches no other folder', { timeout: 300_000 }, async () => {
      const hidden = await far.create({ backend: 'claude', title: 'Far away' });
      const before = (await workspace.list()).rows.length;
      const session = await workspace.create({ backend: 'claude', title: 'Hostile' });
      allows = false;
      assert.match(await said(session.id, '[[tool sessions_spawn {"prompt": "do it anyway"}]]'), /denied: the person did not allow it/);
      allows = true;
      assert.match(await said(session.id, `[[tool sessions_history {"session": "${hidden.id}"}]]`), /not_found: there is no session/);
      assert.match(await said(session.id, `[[tool sessions_send {"session": "${hidden.id}", "message": "go"}]]`), /not_found/);
      assert.equal((await workspace.list()).rows.length, before + 1);
      assert.equal((await far.get(hidden.id)).turn_count, 0);
    });
  });
