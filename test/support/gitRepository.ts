import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs git as nobody in particular, without the machine's or the person's configuration. */
export async function git(folder: string, ...args: string[]): Promise<void> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = { ...Object.fromEntries(clean), HOME: folder, XDG_CONFIG_HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  const author = ['-c', 'user.name=Sample', '-c', 'user.email=sample@example.com', '-c', 'commit.gpgsign=false'];
  await run('git', [...author, ...args], { cwd: folder, env });
}

/** A repository with one empty commit: a worktree can be added to it. */
export async function makeRepository(folder: string): Promise<void> {
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'Start');
}
