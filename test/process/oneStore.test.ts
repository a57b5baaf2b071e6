import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import type { SessionRow } from '../../src/model/row.js';
import { entriesBelow } from '../support/entriesBelow.js';
import { folderLayouts, type FolderLayout } from '../support/folderLayouts.js';
import { git, makeRepository } from '../support/gitRepository.js';
import { withScratchFolder } from '../support/scratchFolder.js';
import { skein } from '../support/skeinCli.js';
import { startStdioServer } from '../support/stdioServer.js';

/** What is the same for both sides, whoever asks. */
type Seen = Pick<SessionRow, 'id' | 'title' | 'workdir' | 'path'>;
const seen = (rows: readonly SessionRow[]): Seen[] =>
  rows.map(({ id, title, workdir, path: store }) => ({ id, title, workdir, path: store })).sort((a, b) => a.title.localeCompare(b.title));

interface Sides {
  readonly editor: Side;
  readonly terminal: Side;
  /** The folder that is to hold the store. */
  readonly store: string;
  readonly root: string;
}

interface Side {
  start(title: string): Promise<unknown>;
  list(): Promise<Seen[]>;
}

/** Both sides of a layout: a server for the folder that VS Code shows, and the command line in the terminal's. */
async function withSides(layout: FolderLayout, run: (sides: Sides) => Promise<void>): Promise<void> {
  await withScratchFolder('one', async (scratch) => {
    const [root, home] = [path.join(scratch, 'disk'), path.join(scratch, 'home')];
    for (const folder of [root, home]) await mkdir(folder);
    const { editor, terminal, store } = await layout.make(root);
    const server = await startStdioServer(home, [editor]);
    try {
      await run({
        editor: {
          start: (title) => server.request('sessions/create', { folder: editor, backend: 'demo', title }),
          list: async () => seen((await server.request('sessions/list', { folder: editor })).rows),
        },
        terminal: {
          start: (title) => skein(['--backend', 'demo', '--title', title, 'hello'], { cwd: terminal, home }),
          list: () => listed(terminal, home),
        },
        ...{ store, root },
      });
    } finally {
      await server.stop();
    }
  });
}

const listed = async (cwd: string, home: string, ...options: string[]): Promise<Seen[]> =>
  seen(JSON.parse(await skein(['sessions', 'list', '--json', ...options], { cwd, home })) as SessionRow[]);

const titles = (rows: readonly Seen[]): string[] => rows.map(({ title }) => title);

/** The folders that hold a `.skein`, which no symlink leads to. */
async function storesIn(root: string): Promise<string[]> {
  const entries = await entriesBelow(root);
  return entries.filter((entry) => entry.name === '.skein' && entry.isDirectory()).map((entry) => entry.parentPath);
}

describe('one store for VS Code and the command line', () => {
  for (const layout of folderLayouts) {
    for (const first of ['terminal', 'editor'] as const) {
      test(`${layout.name}: ${first === 'editor' ? 'VS Code' : 'the command line'} first`, async () => {
        await withSides(layout, async (sides) => {
          const second = first === 'editor' ? 'terminal' : 'editor';
          await sides[first].start('First');
          assert.deepEqual(titles(await sides[second].list()), ['First'], 'the other side sees the first session');
          await sides[second].start('Second');
          const rows = await sides.editor.list();
          assert.deepEqual(titles(rows), ['First', 'Second']);
          assert.deepEqual(await sides.terminal.list(), rows);
          assert.deepEqual(await storesIn(sides.root), [sides.store], 'there is one store, at the expected place');
        });
      });
    }
  }

  test('two folders of one repository share a store and keep their own lists; its root sees both', async () => {
    await withScratchFolder('one', async (scratch) => {
      const [home, repo] = [path.join(scratch, 'home'), path.join(scratch, 'repo')];
      const [web, api] = [path.join(repo, 'web'), path.join(repo, 'api')];
      for (const folder of [home, web, api]) await mkdir(folder, { recursive: true });
      await makeRepository(repo);
      const server = await startStdioServer(home, [web, api, repo]);
      try {
        await server.request('sessions/create', { folder: web, backend: 'demo', title: 'Web by VS Code' });
        await skein(['--backend', 'demo', '--title', 'Api by CLI', 'hello'], { cwd: api, home });
        for (const [folder, expected] of [
          [web, ['Web by VS Code']],
          [api, ['Api by CLI']],
          [repo, ['Api by CLI', 'Web by VS Code']],
        ] as const) {
          const rows = seen((await server.request('sessions/list', { folder })).rows);
          assert.deepEqual(titles(rows), expected, path.basename(folder));
          assert.deepEqual(await listed(folder, home), rows, path.basename(folder));
        }
        assert.deepEqual(await storesIn(repo), [repo]);
      } finally {
        await server.stop();
      }
    });
  });

  test("a repository's root marks the sessions of its worktrees; the worktree keeps to its own", async () => {
    await withScratchFolder('one', async (scratch) => {
      const [home, repo, worktree] = [path.join(scratch, 'home'), path.join(scratch, 'repo'), path.join(scratch, 'feature')];
      for (const folder of [home, repo]) await mkdir(folder);
      await makeRepository(repo);
      await git(repo, 'worktree', 'add', '--quiet', worktree);
      await skein(['--backend', 'demo', '--title', 'In the worktree', 'hello'], { cwd: worktree, home });
      const server = await startStdioServer(home, [repo, worktree]);
      try {
        await server.request('sessions/create', { folder: repo, backend: 'demo', title: 'In the main one' });
        const { rows } = await server.request('sessions/list', { folder: repo });
        const marks = Object.fromEntries(rows.map((row) => [row.title, row.worktree]));
        assert.deepEqual(marks, { 'In the worktree': worktree, 'In the main one': undefined });
        assert.deepEqual(titles(await listed(repo, home)), ['In the main one', 'In the worktree']);
        assert.deepEqual(titles(await listed(repo, home, '--here')), ['In the main one']);
        assert.deepEqual(titles(seen((await server.request('sessions/list', { folder: worktree })).rows)), ['In the worktree']);
        assert.deepEqual(titles(await listed(worktree, home)), ['In the worktree']);
      } finally {
        await server.stop();
      }
    });
  });
});
