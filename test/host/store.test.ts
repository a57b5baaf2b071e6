import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { folderLayouts } from '../support/folderLayouts.js';
import { git, makeRepository } from '../support/gitRepository.js';
import { hostForFile } from '../support/host.js';
import { listed, startSession } from '../support/hostSessions.js';
import { skein } from '../support/skeinCli.js';
import { until } from '../support/until.js';
import type { Workbench } from '../support/workbench.js';

const view = 'Sessions';
const host = hostForFile();

/** Folders beside the sample; the same HOME, the same VS Code. */
async function makeFolder(name: string): Promise<string> {
  const folder = path.join(path.dirname(host().workspace), name);
  await fs.mkdir(folder, { recursive: true });
  return folder;
}

/**
 * Waits for the folders of a workspace file, which VS Code reads after the window is up. In the browser, on a machine with much
 * to do, it now and then misses them: its own Explorer is empty then too, and the window has to be reloaded.
 */
async function untilFolders(window: Workbench, count: number): Promise<void> {
  let looks = 0;
  await until(
    'the folders',
    async () => {
      if (++looks % 200 === 0) await window.reload();
      return host().evaluate((vscode, wanted) => vscode.workspace.workspaceFolders?.length === wanted, count);
    },
    120_000,
  );
}

const byTerminal = (cwd: string, title: string): Promise<string> =>
  skein(['--backend', 'demo', '--title', title, 'hello'], { cwd, home: host().home });

async function titlesInTerminal(cwd: string): Promise<string[]> {
  const rows = JSON.parse(await skein(['sessions', 'list', '--json'], { cwd, home: host().home })) as { title: string }[];
  return rows.map(({ title }) => title).sort();
}

const titlesInEditor = async (folder: string): Promise<string[]> => (await listed(host(), folder)).map(({ title }) => title).sort();

describe('one store for VS Code and the terminal', () => {
  for (const layout of folderLayouts) {
    test(`${layout.name}: each side lists what the other made`, async () => {
      const { editor, terminal, store } = await layout.make(await makeFolder(layout.name.replaceAll(' ', '-')));
      await byTerminal(terminal, 'Of the terminal');
      const window = await host().openWindow({ folder: editor });
      try {
        await window.openContainer('Skein');
        await window.treeRow(view, 'Of the terminal').waitFor();
        await startSession(host(), 'hello', { title: 'Of VS Code', folder: editor });
        await window.treeRow(view, 'Of VS Code').waitFor();
        assert.deepEqual(await titlesInEditor(editor), ['Of VS Code', 'Of the terminal']);
        assert.deepEqual(await titlesInTerminal(terminal), ['Of VS Code', 'Of the terminal']);
        await fs.access(path.join(store, '.skein/sessions'));
      } finally {
        await window.close();
      }
    });
  }

  test('two folders of one repository in one window: a root each, one store, and VS Code first', async () => {
    const repo = await makeFolder('two-folders');
    await makeRepository(repo);
    const [web, api] = [path.join(repo, 'web'), path.join(repo, 'api')];
    for (const folder of [web, api]) await fs.mkdir(folder);
    const workspaceFile = path.join(repo, 'both.code-workspace');
    await fs.writeFile(workspaceFile, JSON.stringify({ folders: [{ path: 'web' }, { path: 'api' }] }));
    const window = await host().openWindow({ workspaceFile });
    try {
      await untilFolders(window, 2);
      await window.openContainer('Skein');
      await startSession(host(), 'hello', { title: 'For the web', folder: web });
      await window.treeRow(view, 'For the web').waitFor();
      await byTerminal(api, 'For the api');
      await window.treeRow(view, 'For the api').waitFor();
      const shown = await window.treeRows(view).locator('.label-name').allInnerTexts();
      const places = ['web', 'For the web', 'api', 'For the api'].map((label) => shown.indexOf(label));
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
        shown.join(', '),
      );
      assert.ok(!places.includes(-1), shown.join(', '));
      assert.deepEqual(await titlesInTerminal(repo), ['For the api', 'For the web']);
      assert.deepEqual(await titlesInTerminal(web), ['For the web']);
      await fs.access(path.join(repo, '.skein/sessions'));
    } finally {
      await window.close();
    }
  });

  test("a repository's window shows and marks the sessions of its worktrees", async () => {
    const repo = await makeFolder('with-worktree');
    await makeRepository(repo);
    const feature = path.join(path.dirname(repo), 'its-feature');
    await git(repo, 'worktree', 'add', '--quiet', feature);
    await byTerminal(repo, 'In the repository');
    const window = await host().openWindow({ folder: repo });
    try {
      await window.openContainer('Skein');
      await window.treeRow(view, 'In the repository').waitFor();
      await byTerminal(feature, 'In the worktree');
      const row = window.treeRow(view, 'In the worktree');
      await row.waitFor();
      assert.match(await row.locator('.label-description').innerText(), /^its-feature · /);
      await until('the worktree', async () => (await titlesInTerminal(feature)).join() === 'In the worktree');
    } finally {
      await window.close();
    }
  });
});
