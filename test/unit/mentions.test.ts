import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import { looksSecret } from '../../src/model/secretFile.js';
import { withFolder } from '../support/openFolder.js';
import { echo, scriptedCatalog } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';

/** The blocks of the last prompt after the person's own words, and what was said of those that were not taken. */
async function sent(workspace: Workspace, id: string, text: string) {
  const warnings: string[] = [];
  const stop = workspace.onTurn((_id, _seq, update) => {
    if (update.kind === 'notice' && update.level === 'warning') warnings.push(update.text);
  });
  assert.equal((await turn(workspace, id, text)).stop_reason, 'end_turn');
  stop();
  const prompt = (await workspace.history(id)).findLast((entry) => entry.type === 'message' && entry.message.role === 'user');
  assert.ok(prompt?.type === 'message');
  const [own, ...blocks] = prompt.message.content;
  assert.deepEqual(own, { type: 'text', text }, 'the person’s words stay as they are');
  return { blocks: blocks.map((block) => (block.type === 'resource' ? [block.title, block.text] : [block.type])), warnings };
}

describe('what a prompt names', () => {
  test('files of the folder go along, once, with quotes or an end of sentence; what is no file is left alone', async () => {
    await withFolder({ agents: scriptedCatalog({ script: echo }) }, async ({ workspace, dir }) => {
      await mkdir(join(dir, 'src'));
      await writeFile(join(dir, 'src', 'a.ts'), 'const a = 1;\n');
      await writeFile(join(dir, 'b c.txt'), 'b');
      const { id } = await workspace.create({ backend: 'scripted' });
      const text = 'look at @src/a.ts, (@"b c.txt") and @src/a.ts. Ask @ada, mail x@src/a.ts or use @decorator.';
      assert.deepEqual(await sent(workspace, id, text), {
        blocks: [
          ['src/a.ts', 'const a = 1;\n'],
          ['b c.txt', 'b'],
        ],
        warnings: [],
      });
    });
  });

  test('nothing from outside the folder, of the store, that looks secret, is too long or neither text nor a picture; each is said', async () => {
    await withFolder({}, async ({ workspace, dir, home }) => {
      await writeFile(join(home, 'key.txt'), 'private');
      await symlink(join(home, 'key.txt'), join(dir, 'link.txt'));
      await writeFile(join(dir, '.env'), 'TOKEN=1');
      await writeFile(join(dir, 'big.log'), 'x'.repeat(300 * 1024));
      await writeFile(join(dir, 'a.bin'), Buffer.from([1, 0, 2]));
      const { id } = await workspace.create({ backend: 'scripted' });
      const record = `.skein/sessions/${id}.json`;
      const { blocks, warnings } = await sent(workspace, id, `@../home/key.txt @link.txt @${record} @.env @big.log @a.bin`);
      assert.deepEqual(blocks, []);
      assert.deepEqual(warnings, [
        'Not taken along: ../home/key.txt is not in this folder',
        'Not taken along: link.txt is not in this folder',
        `Not taken along: ${record} is not given to agents`,
        'Not taken along: .env looks like a file of secrets',
        'Not taken along: big.log is too long to go along (300 kB)',
        'Not taken along: a.bin is neither text nor a picture',
      ]);
    });
  });

  test('another session goes along as what was said in it; one that there is not is said', async () => {
    await withFolder({}, async ({ workspace }) => {
      const other = await workspace.create({ backend: 'scripted', title: 'The other' });
      await turn(workspace, other.id, 'my name is Ada');
      const { id } = await workspace.create({ backend: 'scripted' });
      const { blocks, warnings } = await sent(workspace, id, `as in @session:${other.id.slice(0, 8)}, but @session:ffffffff not`);
      assert.deepEqual(blocks, [['session "The other"', 'User:\nmy name is Ada\n\nAssistant:\nyou said: my name is Ada']]);
      assert.deepEqual(warnings, ['Not taken along: session:ffffffff: there is no session ffffffff']);
    });
  });

  test('secrets are told by their names', () => {
    for (const path of ['.env', 'a/.env.local', 'id_rsa', 'k.pem', '.ssh/config', 'src/credentials.json', '.npmrc'])
      assert.ok(looksSecret(path), path);
    for (const path of ['.env.example', 'src/env.ts', 'keys.ts', 'secretFile.ts', 'monkey']) assert.ok(!looksSecret(path), path);
  });
});

test('completion offers commands, values, files and sessions, and nothing that would not be taken', async () => {
  await withFolder({}, async ({ workspace, dir }) => {
    await mkdir(join(dir, 'src', 'core'), { recursive: true });
    for (const name of ['src/index.ts', 'src/in out.ts', '.env', 'readme.md']) await writeFile(join(dir, name), 'x');
    const other = await workspace.create({ backend: 'scripted', title: 'Fix login' });
    const { id } = await workspace.create({ backend: 'scripted' });
    const texts = async (text: string) => {
      const { start, items } = await workspace.completePrompt(id, text);
      return items.map((item) => text.slice(0, start) + item.text);
    };
    assert.deepEqual(await texts('/th'), ['/think ']);
    assert.deepEqual(await texts('/mode p'), ['/mode plan']);
    assert.deepEqual(await texts('see @'), ['see @src/', 'see @readme.md ']);
    assert.deepEqual(await texts('see @src/in'), ['see @"src/in out.ts" ', 'see @src/index.ts ']);
    assert.deepEqual(await texts('see @src/c'), ['see @src/core/']);
    for (const text of ['@.e', '@.skein/', '@../', 'mail a@src', 'nothing']) assert.deepEqual(await texts(text), [], text);
    assert.deepEqual(await texts('as @session:log'), [`as @session:${other.id.slice(0, 12)} `]);
    const first = async (text: string) => (await workspace.completePrompt(undefined, text)).items.map((item) => item.text);
    assert.deepEqual(await first('@src/c'), ['@src/core/'], 'also for the first prompt of a session that is still to be made');
    assert.equal((await first('@session:')).length, 2);
    assert.deepEqual(await first('/th'), []);
  });
});
