import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { nodeFilePort } from '../../src/store/filePort.js';
import { ensureStore, isOwn, isStore, resolveStore, type ResolveOptions, type StoreLocation } from '../../src/store/location.js';
import { folderLayouts } from '../support/folderLayouts.js';
import { git, makeRepository } from '../support/gitRepository.js';
import { probedPort } from '../support/probedPort.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

interface Place {
  readonly root: string;
  folder(...names: readonly string[]): string;
  resolve(dir: string, options?: Partial<ResolveOptions>): StoreLocation;
}

function place(t: TestContext): Place {
  const { folder: root, remove } = makeScratchFolder('place');
  t.after(remove);
  const folder = (...names: readonly string[]): string => {
    const made = path.join(root, ...names);
    mkdirSync(made, { recursive: true });
    return made;
  };
  const env = { HOME: folder('home') };
  return { root, folder, resolve: (dir, options = {}) => resolveStore(dir, { env, ...options }) };
}

describe('editor and terminal find one store', () => {
  for (const { name, make } of folderLayouts) {
    test(`in ${name}, whoever is first`, async (t) => {
      const { root, resolve } = place(t);
      const { editor, terminal, store } = await make(root);
      const expected = path.join(store, '.skein');
      for (const dir of [editor, terminal]) {
        const { root: found, exists } = resolve(dir);
        assert.deepEqual({ found, exists }, { found: expected, exists: false });
      }
      await ensureStore(resolve(terminal).root);
      for (const dir of [editor, terminal]) {
        const { root: found, exists } = resolve(dir);
        assert.deepEqual({ found, exists }, { found: expected, exists: true });
      }
    });
  }
});

describe('in a repository', () => {
  test('two of its folders share the store at its root', async (t) => {
    const { folder, resolve } = place(t);
    const repo = folder('repo');
    await makeRepository(repo);
    assert.equal(resolve(folder('repo', 'api')).root, resolve(folder('repo', 'web', 'app')).root);
    assert.equal(resolve(repo).gitRoot, repo);
  });

  test('the nearest store above wins, and one above the root does not', async (t) => {
    const { folder, resolve } = place(t);
    const repo = folder('outer', 'repo');
    await makeRepository(repo);
    await ensureStore(path.join(folder('outer'), '.skein'));
    assert.equal(resolve(folder('outer', 'repo', 'web')).root, path.join(repo, '.skein'));
    await ensureStore(path.join(folder('outer', 'repo', 'web'), '.skein'));
    assert.equal(resolve(folder('outer', 'repo', 'web', 'app')).root, path.join(repo, 'web', '.skein'));
    assert.equal(resolve(folder('outer', 'repo', 'api')).root, path.join(repo, '.skein'));
  });

  test('a worktree looks where the same folder is in the main worktree, and is listed by it', async (t) => {
    const { root, folder, resolve } = place(t);
    const repo = folder('repo');
    await makeRepository(repo);
    const feature = path.join(root, 'feature');
    await git(repo, 'worktree', 'add', '--quiet', feature);
    await ensureStore(path.join(folder('repo', 'web'), '.skein'));
    const location = resolve(folder('feature', 'web', 'app'));
    assert.equal(location.root, path.join(repo, 'web', '.skein'));
    assert.equal(location.gitRoot, feature);
    assert.equal(location.mainWorktree, repo);
    assert.deepEqual(resolve(repo).worktrees, [feature]);
    assert.deepEqual(location.worktrees, [feature]);
  });

  test('a worktree that its repository does not know keeps to itself', async (t) => {
    const { root, folder, resolve } = place(t);
    const repo = folder('repo');
    await makeRepository(repo);
    const feature = path.join(root, 'feature');
    await git(repo, 'worktree', 'add', '--quiet', feature);
    // A copy says that it belongs to the repository, and the repository says that its worktree is elsewhere.
    const stranger = folder('stranger');
    writeFileSync(path.join(stranger, '.git'), readFileSync(path.join(feature, '.git')));
    assert.equal(resolve(stranger).root, path.join(stranger, '.skein'));
    assert.equal(resolve(stranger).mainWorktree, undefined);
  });

  test('a worktree whose main worktree is gone keeps to itself', async (t) => {
    const { root, folder, resolve } = place(t);
    const repo = folder('repo');
    await makeRepository(repo);
    const feature = path.join(root, 'feature');
    await git(repo, 'worktree', 'add', '--quiet', feature);
    rmSync(repo, { recursive: true });
    // Without its repository it is no working tree of git's any more: the folder alone.
    assert.equal(resolve(feature).root, path.join(feature, '.skein'));
  });

  test('a worktree of a bare repository keeps to itself, and the bare repository is a folder like others', async (t) => {
    const { root, folder, resolve } = place(t);
    const source = folder('source');
    await makeRepository(source);
    const bare = path.join(root, 'bare.git');
    await git(root, 'clone', '--quiet', '--bare', source, bare);
    const feature = path.join(root, 'feature');
    await git(bare, 'worktree', 'add', '--quiet', '-b', 'feature', feature);
    assert.equal(resolve(folder('feature', 'web')).root, path.join(feature, '.skein'));
    assert.deepEqual(resolve(feature).worktrees, []);
    assert.equal(resolve(path.join(bare, 'refs')).root, path.join(bare, 'refs', '.skein'));
  });

  test('worktrees beside a bare ".git" folder keep to themselves', async (t) => {
    const { root, folder, resolve } = place(t);
    const source = folder('source');
    await makeRepository(source);
    const project = folder('project');
    await git(root, 'clone', '--quiet', '--bare', source, path.join(project, '.git'));
    await git(path.join(project, '.git'), 'worktree', 'add', '--quiet', '-b', 'feature', path.join(project, 'feature'));
    assert.equal(resolve(path.join(project, 'feature')).root, path.join(project, 'feature', '.skein'));
  });

  test('a submodule has its own store', async (t) => {
    const { folder, resolve } = place(t);
    const part = folder('part');
    await makeRepository(part);
    const whole = folder('whole');
    await makeRepository(whole);
    await git(whole, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', part, 'part');
    assert.equal(resolve(path.join(whole, 'part')).root, path.join(whole, 'part', '.skein'));
    assert.equal(resolve(whole).root, path.join(whole, '.skein'));
  });
});

describe('the home folder', () => {
  test('has no store beside its own .skein, not even when it holds sessions', (t) => {
    const { folder, resolve } = place(t);
    mkdirSync(path.join(folder('home'), '.skein', 'sessions'), { recursive: true });
    const home = path.join(folder('home'), '.skein');
    assert.match(resolve(folder('home')).root, new RegExp(`^${home}/workspaces/home-[0-9a-f]{12}$`));
    assert.equal(resolve(folder('home', 'notes')).root, path.join(folder('home', 'notes'), '.skein'));
  });

  test('is no project when it is a repository', async (t) => {
    const { folder, resolve } = place(t);
    await makeRepository(folder('home'));
    assert.equal(resolve(folder('home', 'notes')).root, path.join(folder('home', 'notes'), '.skein'));
  });
});

describe('settings', () => {
  test('SKEIN_STORE overrides all, and is where the store will be made', (t) => {
    const { root, folder, resolve } = place(t);
    const env = { HOME: folder('home'), SKEIN_STORE: path.join(root, 'elsewhere') };
    const { root: found, exists } = resolve(folder('plain'), { env, location: 'home' });
    assert.deepEqual({ found, exists }, { found: path.join(root, 'elsewhere'), exists: false });
  });

  test('store.path may name the home folder, and is relative to the folder', (t) => {
    const { folder, resolve } = place(t);
    assert.equal(resolve(folder('plain'), { path: '~/kept' }).root, path.join(folder('home'), 'kept'));
    assert.equal(resolve(folder('plain'), { path: 'kept' }).root, path.join(folder('plain'), 'kept'));
  });

  test('store.location home gives each project a folder of its own in SKEIN_HOME', async (t) => {
    const { root, folder, resolve } = place(t);
    const env = { HOME: folder('home'), SKEIN_HOME: path.join(root, 'settings') };
    await makeRepository(folder('a', 'My App'));
    const of = (dir: string): string => resolve(dir, { env, location: 'home' }).root;
    assert.match(of(folder('a', 'My App')), new RegExp(`^${root}/settings/workspaces/my-app-[0-9a-f]{12}$`));
    assert.equal(of(folder('a', 'My App', 'web')), of(folder('a', 'My App')));
    assert.notEqual(of(folder('b', 'My App')), of(folder('a', 'My App')));
  });
});

describe('a store', () => {
  test('is made for its user alone, and ignored by git', async (t) => {
    const { folder } = place(t);
    const root = path.join(folder('plain'), '.skein');
    await ensureStore(root);
    assert.equal(readFileSync(path.join(root, '.gitignore'), 'utf8'), '*\n');
    for (const made of [root, path.join(root, 'sessions')]) assert.equal(statSync(made).mode & 0o777, 0o700);
    writeFileSync(path.join(root, '.gitignore'), 'mine\n');
    await ensureStore(root);
    assert.equal(readFileSync(path.join(root, '.gitignore'), 'utf8'), 'mine\n');
  });

  test('is none when it is a link, and is not made through one', async (t) => {
    const { folder, resolve } = place(t);
    const elsewhere = path.join(folder('elsewhere'), '.skein');
    await ensureStore(elsewhere);
    const link = path.join(folder('plain'), '.skein');
    symlinkSync(elsewhere, link);
    assert.ok(!isStore(link));
    assert.equal(resolve(folder('plain')).exists, false);
    await assert.rejects(ensureStore(link), { code: 'damaged' });
    assert.ok(lstatSync(link).isSymbolicLink());
  });

  test('cannot be made where nothing may be written, and is not used when it is another user’s', async (t) => {
    const { folder } = place(t);
    const before = (call: string): void => {
      if (call === 'mkdir') throw Object.assign(new Error('read-only'), { code: 'EROFS' });
    };
    await assert.rejects(ensureStore(path.join(folder('plain'), '.skein'), probedPort(nodeFilePort, { before })), { code: 'read_only' });
    const uid = process.getuid?.() ?? 0;
    assert.deepEqual([isOwn({ uid }), isOwn({ uid: uid + 1 })], [true, process.getuid === undefined]);
  });

  test('of a folder that is not there is an error', (t) => {
    const { root, resolve } = place(t);
    assert.throws(() => resolve(path.join(root, 'nowhere')), { code: 'not_found' });
  });
});

test('a repository whose list of worktrees is no folder, or whose .git leads in a circle, is a folder like others', (t) => {
  const { folder, resolve } = place(t);
  const repository = folder('repository');
  writeFileSync(path.join(folder('repository', '.git'), 'HEAD'), 'ref: refs/heads/main');
  writeFileSync(path.join(repository, '.git', 'worktrees'), '');
  assert.deepEqual(resolve(repository).worktrees, []);
  const within = folder('repository', 'within');
  symlinkSync('.git', path.join(within, '.git'));
  assert.equal(resolve(within).gitRoot, repository);
});
