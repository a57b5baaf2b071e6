import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { commandOf } from '../../src/core/prompts/promptCommands.js';
import { patchFrom } from '../../src/core/config/sessionSettings.js';
import type { Workspace } from '../../src/core/workspace.js';
import { withFolder } from '../support/openFolder.js';
import { scriptedCatalog } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';

const said = async (workspace: Workspace, id: string, text: string): Promise<string | undefined> =>
  (await workspace.runPrompt(id, text)).text;

describe('a slash command in a prompt', () => {
  test('is one line that begins with a word of Skein’s; all else is for the agent', () => {
    assert.deepEqual(commandOf(' /model  gpt 5 '), { name: 'model', rest: 'gpt 5' });
    assert.deepEqual(commandOf('/help'), { name: 'help', rest: '' });
    for (const text of ['model x', '/review this', '/think about it\nand more', '/modelx', '/constructor', '/', 'see /help']) {
      assert.equal(commandOf(text), undefined, text);
    }
  });

  test('changes the settings, which persist; looser modes are kept out of the record', async () => {
    const names = ['scripted', 'other'];
    await withFolder({ agents: scriptedCatalog({ names }) }, async ({ workspace, open, dir }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      assert.equal(await said(workspace, id, '/model scripted-2'), 'model: scripted-2');
      assert.equal(await said(workspace, id, '/think high'), 'thinking: high');
      assert.equal(await said(workspace, id, '/mode auto'), 'mode: auto');
      assert.equal(await said(workspace, id, '/verbose'), 'verbose: on');
      assert.equal(await said(workspace, id, '/tag a b'), 'tags: a, b');
      assert.equal(await said(workspace, id, '/tag -a c'), 'tags: b, c');
      assert.equal(await said(workspace, id, '/rename A better name'), 'title: A better name');
      const again = await open();
      const { model, thinking_level: thinking, permission_mode: mode, verbose, row } = await again.settings(id);
      assert.deepEqual([model, thinking, mode, verbose, row.title], ['scripted-2', 'high', 'auto', true, 'A better name']);
      assert.doesNotMatch(await readFile(join(dir, '.skein', 'sessions', `${id}.json`), 'utf8'), /auto"/);
      assert.equal(await said(again, id, '/mode default'), 'mode: ask');
      assert.equal(await said(again, id, '/think default'), 'thinking: as the agent does it');
      assert.equal(await said(again, id, '/agent other'), 'agent: other, which is told what was said');
      assert.match((await said(again, id, '/status')) ?? '', /^agent: other$/m);
      assert.equal(await said(again, id, '/model'), 'model: as the agent does it', 'a model is one agent’s');
    });
  });

  test('tells what was used, and goes on in a fork', async () => {
    await withFolder({}, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'hello');
      assert.equal(await said(workspace, id, '/usage'), 'turns: 1, 2 messages\ntokens: 15 (input 10, output 5, cached 0)\ncost: $0.25');
      const fork = await workspace.runPrompt(id, '/fork Another way');
      assert.ok(fork.handled && fork.id !== undefined && fork.id !== id);
      const row = await workspace.get(fork.id);
      assert.deepEqual([row.title, row.parent_id], ['Another way', id]);
    });
  });

  test('with words that do not fit says what would, and changes nothing', async () => {
    await withFolder({}, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const before = await workspace.get(id);
      await assert.rejects(workspace.runPrompt(id, '/think hard'), { code: 'usage', message: 'thinking_level cannot be "hard"' });
      await assert.rejects(workspace.runPrompt(id, '/mode yolo'), { code: 'usage', hint: /ask, accept_edits, plan, auto/ });
      await assert.rejects(workspace.runPrompt(id, '/rename'), { code: 'usage' });
      await assert.rejects(workspace.runPrompt(id, '/agent nobody'), { code: 'usage', message: 'there is no agent named nobody' });
      assert.deepEqual(await workspace.get(id), before);
    });
  });

  test('of the agent’s own goes to the agent, and is offered with ours once the agent was there', async () => {
    await withFolder({}, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const names = async () => (await workspace.promptCommands(id)).map(({ name, from }) => `${from} ${name}`);
      assert.deepEqual(await workspace.runPrompt(id, '/review all'), { handled: false });
      assert.deepEqual(await workspace.runPrompt(id, 'hello'), { handled: false });
      assert.ok(!(await names()).includes('agent review'));
      await turn(workspace, id, 'hello');
      assert.ok((await names()).includes('agent review') && (await names()).includes('skein help'));
      const [model] = await workspace.promptCommands(id);
      assert.deepEqual(model, {
        name: 'model',
        summary: 'the model that answers',
        argument: '[model]',
        values: ['scripted-1'],
        from: 'skein',
      });
      assert.match((await said(workspace, id, '/help')) ?? '', /^\/review what +look it over$/m);
    });
  });

  test('that both know goes to the agent where its words fit only there', async () => {
    const agents = scriptedCatalog({ commands: [{ name: 'think', description: 'think first', hint: 'about what' }] });
    await withFolder({ agents }, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      await turn(workspace, id, 'hello');
      assert.deepEqual(await workspace.runPrompt(id, '/think about doors'), { handled: false });
      assert.equal(await said(workspace, id, '/think low'), 'thinking: low');
    });
  });
});

test('key=value words make one patch', () => {
  const row = { tags: ['old', 'kept'] };
  assert.deepEqual(patchFrom(['title=A = B', 'tags=kept, new', 'pinned=yes', 'model=opus', 'thinking_level=', 'verbose=on'], row), {
    ...{ title: 'A = B', addTags: ['kept', 'new'], removeTags: ['old'], pinned: true },
    settings: { model: 'opus', thinking_level: undefined, verbose: true },
  });
  for (const word of ['title', 'id=x', 'status=done', 'pinned=maybe', 'constructor=x']) {
    assert.throws(() => patchFrom([word], row), { code: 'usage' }, word);
  }
});
