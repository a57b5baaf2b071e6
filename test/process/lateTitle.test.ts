import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectFakeAgent, onPrompt } from '../support/fakeAgent.js';
import { withFolder, type OpenFolder } from '../support/openFolder.js';
import { turn } from '../support/turn.js';
import { until } from '../support/until.js';

/** Until a test asks for it. */
const asked = `(async () => {
  const { existsSync } = await import('node:fs');
  while (!existsSync('title, please')) await sleep(10);
})()`;

/** Runs with an agent that answers, and comes up with a title when `when` is over after that. */
const withLateTitle = (when: string, run: (folder: OpenFolder & { readonly id: string }) => Promise<void>): Promise<void> =>
  withFolder(
    {
      agents: {
        list: () => Promise.resolve([]),
        connect: (_name, { cwd }) =>
          connectFakeAgent({
            folder: cwd,
            script: onPrompt(`
              say('fine');
              reply(id, { stopReason: 'end_turn' });
              await ${when};
              update({ sessionUpdate: 'session_info_update', title: 'Late' });`),
          }),
      },
    },
    async (folder) => {
      const { id } = await folder.workspace.create({ backend: 'fake' });
      await run({ ...folder, id });
    },
  );

describe('a title that an agent comes up with after its first turn', () => {
  test('is the session’s as soon as it comes, and the turn has not waited for it', () =>
    withLateTitle(asked, async ({ workspace, id, dir }) => {
      assert.equal((await turn(workspace, id, 'hello')).stop_reason, 'end_turn');
      assert.equal((await workspace.get(id)).title, 'hello');
      await writeFile(join(dir, 'title, please'), '');
      await until('the title', async () => (await workspace.get(id)).title === 'Late');
      assert.equal((await workspace.get(id)).title_source, 'auto');
    }));

  test('is waited for a moment by a program that ends', () =>
    withLateTitle('sleep(20)', async ({ workspace, id, open }) => {
      await turn(workspace, id, 'hello');
      await workspace.dispose();
      assert.equal((await (await open()).get(id)).title, 'Late');
    }));

  test('does not take the place of one that the person gave', () =>
    withLateTitle('sleep(20)', async ({ workspace, id, open }) => {
      await turn(workspace, id, 'hello');
      await workspace.patch([id], { title: 'Mine' });
      await workspace.dispose();
      assert.equal((await (await open()).get(id)).title, 'Mine');
    }));
});
