import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SessionError } from '../model/errors.js';
import { ensureFolder, writeDurably } from './durable.js';
import { isSystemError, withFileErrors } from './fileError.js';
import { nodeFilePort, type FilePort } from './filePort.js';
import { findGitFolder, type GitFolder } from './gitFolder.js';

/** Where the sessions of a folder are, or would be made by the first write. All paths are absolute. */
export interface StoreLocation {
  /** The store folder, usually named `.skein`. */
  readonly root: string;
  readonly exists: boolean;
  /** The folder asked for, with symbolic links resolved. */
  readonly dir: string;
  /** The top of the git working tree that `dir` lies in. */
  readonly gitRoot?: string;
  /** Set in a linked worktree: the main worktree, whose store it shares. */
  readonly mainWorktree?: string;
  /** The linked worktrees that share this store. */
  readonly worktrees: readonly string[];
}

export interface ResolveOptions {
  /** `SKEIN_STORE`, `SKEIN_HOME`, `HOME`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The setting `store.location`. */
  readonly location?: 'workspace' | 'home' | undefined;
  /** The setting `store.path`. */
  readonly path?: string | undefined;
}

const storeFolderName = '.skein';

/** `$SKEIN_HOME`, by default `~/.skein`: configuration and the list of stores. Never a store itself. */
export function skeinHome(env: ResolveOptions['env']): string {
  const given = env['SKEIN_HOME'];
  return given === undefined || given === '' ? path.join(homeFolder(env), storeFolderName) : path.resolve(given);
}

/**
 * The store of a folder, the same for every program and from every place that shows it: FORMAT.md, "Where".
 * Reads only. Throws `not_found` when `dir` is not a folder.
 */
export function resolveStore(dir: string, options: ResolveOptions): StoreLocation {
  const { env } = options;
  const real = realFolder(dir);
  const home = skeinHome(env);
  const forbidden = new Set([home, path.join(homeFolder(env), storeFolderName)].map(realIfAny));
  const git = usableGit(findGitFolder(real), forbidden);
  const at = (root: string): StoreLocation => ({
    root,
    exists: isStore(root),
    dir: real,
    ...(git && { gitRoot: git.root }),
    ...(git?.mainWorktree !== undefined && { mainWorktree: git.mainWorktree }),
    worktrees: git?.worktrees ?? [],
  });

  const fixed = env['SKEIN_STORE'] || options.path;
  if (fixed) return at(realIfAny(path.resolve(real, expandHome(fixed, env))));

  const top = git?.mainWorktree ?? git?.root ?? real;
  if (options.location === 'home') return at(path.join(home, 'workspaces', homeName(top)));
  for (const folder of upTo(top, git === undefined ? real : path.join(top, path.relative(git.root, real)))) {
    const root = path.join(folder, storeFolderName);
    if (!forbidden.has(root) && isStore(root)) return at(root);
  }
  const root = path.join(top, storeFolderName);
  // The home folder itself has no place for a store beside its own `.skein`.
  return at(forbidden.has(root) ? path.join(home, 'workspaces', homeName(top)) : root);
}

/** Whether a folder is a store that may be used: a real folder of this user's, holding `sessions/`. */
export function isStore(root: string): boolean {
  const stat = fs.lstatSync(root, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory() || !isOwn(stat)) return false;
  return fs.lstatSync(path.join(root, 'sessions'), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Whether this process's user owns a file; always so where the system has no such notion. */
export function isOwn(stat: { readonly uid: number }): boolean {
  return process.getuid === undefined || stat.uid === process.getuid();
}

/** Makes the store where it is not there yet: the folder (0700), `.gitignore` with `*`, `sessions/`. */
export async function ensureStore(root: string, port: FilePort = nodeFilePort): Promise<void> {
  if (isStore(root)) return;
  await withFileErrors(root, async () => {
    await refuseForeign(root, port);
    await ensureFolder(port, root);
    const ignore = path.join(root, '.gitignore');
    try {
      await port.lstat(ignore);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
      await writeDurably(port, ignore, Buffer.from('*\n'));
    }
    // Last: it is what makes the folder a store.
    await ensureFolder(port, path.join(root, 'sessions'));
  });
}

/** What has the store's name and is not this user's folder is left alone. */
async function refuseForeign(root: string, port: FilePort): Promise<void> {
  const hint = 'set SKEIN_STORE to a folder of yours';
  try {
    const stat = await port.lstat(root);
    if (stat.kind !== 'folder') throw new SessionError('damaged', `${root} is not a folder, but perhaps a link`, { hint });
    if (!isOwn(stat)) throw new SessionError('read_only', `${root} belongs to another user`, { hint });
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/** A repository around the whole home folder (dotfiles) is not a project; a main worktree of another user's is out of reach. */
function usableGit(git: GitFolder | undefined, forbidden: ReadonlySet<string>): GitFolder | undefined {
  if (git === undefined) return undefined;
  const main = git.mainWorktree;
  if (main !== undefined && (forbidden.has(path.join(main, storeFolderName)) || !isOwn(fs.statSync(main)))) {
    return { ...git, mainWorktree: undefined, worktrees: [] };
  }
  return forbidden.has(path.join(git.root, storeFolderName)) ? undefined : git;
}

/** `from` and the folders above it, `top` the last. */
function* upTo(top: string, from: string): Generator<string> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    yield folder;
    if (folder === top) return;
  }
}

/** `<slug>-<hash>`: readable, and different for every folder. */
function homeName(folder: string): string {
  const slug = path
    .basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32);
  return `${slug || 'folder'}-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
}

function homeFolder(env: ResolveOptions['env']): string {
  return env['HOME'] || env['USERPROFILE'] || os.homedir();
}

function expandHome(given: string, env: ResolveOptions['env']): string {
  return /^~(?=$|[/\\])/.test(given) ? path.join(homeFolder(env), given.slice(1)) : given;
}

function realFolder(dir: string): string {
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    throw new SessionError('not_found', `${dir} is not a folder`, { hint: 'give a folder that exists' });
  }
  return fs.realpathSync.native(dir);
}

/** The real path of the part that exists, so that a store not made yet has the name it will have. */
function realIfAny(file: string): string {
  // As the folders that it is compared with: with the case that the disk says.
  if (fs.existsSync(file)) return fs.realpathSync.native(file);
  const parent = path.dirname(file);
  return parent === file ? file : path.join(realIfAny(parent), path.basename(file));
}
