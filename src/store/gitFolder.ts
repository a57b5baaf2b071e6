import * as fs from 'node:fs';
import * as path from 'node:path';

/** The git working tree a folder lies in. All paths are real and absolute. */
export interface GitFolder {
  /** The top of the working tree. */
  readonly root: string;
  /** Where git keeps what belongs to this working tree, its index for one. */
  readonly gitDir: string;
  /** Set in a linked worktree whose main worktree can be reached: that main worktree's top. */
  readonly mainWorktree: string | undefined;
  /** The tops of the linked worktrees that share a reachable main worktree with this one. */
  readonly worktrees: readonly string[];
}

/**
 * Finds the working tree at or above `dir` (real and absolute) as git itself would, without running git: a repository
 * can come from a stranger, and git runs what its configuration names. `undefined` outside git and in a bare repository.
 */
export function findGitFolder(dir: string): GitFolder | undefined {
  for (let folder = dir; ; folder = path.dirname(folder)) {
    const gitDir = gitDirOf(folder);
    if (gitDir !== undefined) return describe(folder, gitDir);
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** The branch that a working tree is on; `undefined` where it is on none, or git keeps its name elsewhere. */
export function gitBranch(gitDir: string): string | undefined {
  const name = /^ref: refs\/heads\/(.+)$/.exec(readLine(path.join(gitDir, 'HEAD')) ?? '')?.[1];
  return name === '.invalid' ? undefined : name;
}

function describe(root: string, gitDir: string): GitFolder {
  const common = readLine(path.join(gitDir, 'commondir'));
  if (common === undefined) {
    return { root, gitDir, mainWorktree: undefined, worktrees: isMain(root, gitDir) ? linkedWorktrees(gitDir) : [] };
  }
  const commonDir = realOrUndefined(path.resolve(gitDir, common));
  const main = commonDir === undefined ? undefined : path.dirname(commonDir);
  if (commonDir === undefined || main === undefined || !isMain(main, commonDir) || linkedTo(gitDir) !== root) {
    return { root, gitDir, mainWorktree: undefined, worktrees: [] };
  }
  return { root, gitDir, mainWorktree: main, worktrees: linkedWorktrees(commonDir) };
}

/** The git directory that `.git` in this folder is or names. */
function gitDirOf(folder: string): string | undefined {
  const dotGit = path.join(folder, '.git');
  const stat = realOrUndefined(dotGit) === undefined ? undefined : fs.statSync(dotGit, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const named = stat.isFile() ? /^gitdir: (.+)$/.exec(readLine(dotGit) ?? '')?.[1] : '.git';
  const gitDir = named === undefined ? undefined : realOrUndefined(path.resolve(folder, named));
  return gitDir !== undefined && fs.existsSync(path.join(gitDir, 'HEAD')) ? gitDir : undefined;
}

/** Whether `root` is the main working tree of this repository: a `.git` folder of its own, and not bare. */
function isMain(root: string, commonDir: string): boolean {
  if (path.join(root, '.git') !== commonDir) return false;
  return !['config', 'config.worktree'].some((name) => isBare(path.join(commonDir, name)));
}

function isBare(config: string): boolean {
  let section = '';
  for (const line of readText(config)?.split('\n') ?? []) {
    section = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim().toLowerCase() ?? section;
    if (section === 'core' && /^\s*(\[.*\]\s*)?bare\s*(=\s*(true|yes|on|1)\s*)?([#;].*)?$/i.test(line)) return true;
  }
  return false;
}

function linkedWorktrees(commonDir: string): readonly string[] {
  const folder = path.join(commonDir, 'worktrees');
  return namesIn(folder)
    .flatMap((name) => linkedTo(path.join(folder, name)) ?? [])
    .sort();
}

/** A folder that cannot be read is as good as none. */
function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** The worktree that this per-worktree git directory belongs to, if that worktree agrees. */
function linkedTo(gitDir: string): string | undefined {
  const back = readLine(path.join(gitDir, 'gitdir'));
  if (back === undefined) return undefined;
  const root = realOrUndefined(path.dirname(path.resolve(gitDir, back)));
  return root !== undefined && gitDirOf(root) === realOrUndefined(gitDir) ? root : undefined;
}

function readLine(file: string): string | undefined {
  return readText(file)?.split('\n', 1)[0]?.trimEnd();
}

/** What cannot be read says nothing about the repository: the folder is then taken as it is. */
function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function realOrUndefined(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}
