import { mkdir, symlink } from 'node:fs/promises';
import * as path from 'node:path';
import { git, makeRepository } from './gitRepository.js';

/** A way in which a person's folder can lie on the disk, with two places in it that share one store. */
export interface FolderLayout {
  readonly name: string;
  /** Makes it in an empty folder. */
  readonly make: (root: string) => Promise<{
    /** What is opened in VS Code. */
    readonly editor: string;
    /** The working directory of the terminal. */
    readonly terminal: string;
    /** The folder that is to hold the only `.skein`. */
    readonly store: string;
  }>;
}

/** Makes folders of a folder and gives their paths. */
async function folders<const Names extends readonly string[]>(root: string, ...names: Names): Promise<{ [Name in keyof Names]: string }> {
  const paths = names.map((name) => path.join(root, name));
  for (const made of paths) await mkdir(made, { recursive: true });
  return paths as { [Name in keyof Names]: string };
}

/** Every layout in which VS Code and the command line have to find the same store. */
export const folderLayouts: readonly FolderLayout[] = [
  {
    name: 'a folder without git',
    make: async (root) => {
      const [plain] = await folders(root, 'plain');
      return { editor: plain, terminal: plain, store: plain };
    },
  },
  {
    name: 'the root of a repository',
    make: async (root) => {
      const [repo] = await folders(root, 'repo');
      await makeRepository(repo);
      return { editor: repo, terminal: repo, store: repo };
    },
  },
  {
    name: 'a subfolder of a monorepo',
    make: async (root) => {
      const [repo, api] = await folders(root, 'repo', 'repo/packages/api');
      await makeRepository(repo);
      return { editor: api, terminal: api, store: repo };
    },
  },
  {
    name: 'a linked worktree',
    make: async (root) => {
      const [repo] = await folders(root, 'repo');
      await makeRepository(repo);
      const worktree = path.join(root, 'feature');
      await git(repo, 'worktree', 'add', '--quiet', worktree);
      return { editor: worktree, terminal: worktree, store: repo };
    },
  },
  {
    name: 'a folder opened through a symlink',
    make: async (root) => {
      const [real] = await folders(root, 'real');
      const link = path.join(root, 'link');
      await symlink(real, link);
      return { editor: link, terminal: real, store: real };
    },
  },
  {
    name: 'a terminal in a symlink of the folder',
    make: async (root) => {
      const [real] = await folders(root, 'real');
      const link = path.join(root, 'link');
      await symlink(real, link);
      return { editor: real, terminal: link, store: real };
    },
  },
];
