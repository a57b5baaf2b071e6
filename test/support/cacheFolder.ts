import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where downloads and builds are kept between runs: `$SKEIN_CACHE`, else `$XDG_CACHE_HOME/skein`, else `~/.cache/skein`. */
export function cacheFolder(): string {
  const { SKEIN_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return path.resolve(own);
  return path.join(shared && path.isAbsolute(shared) ? shared : path.join(os.homedir(), '.cache'), 'skein');
}

/** In the environment of a large program in JavaScript: its compiled code is kept between runs, and not in the system's folder for temporary files. */
export const keptCode = (): { readonly NODE_COMPILE_CACHE: string } => ({ NODE_COMPILE_CACHE: path.join(cacheFolder(), 'compiled') });

/**
 * Makes the folder `target` by `build`, unless it is there. `build` fills a folder beside it, which is renamed when it is
 * complete: a target that exists is whole, whatever was killed on the way. A second process waits for the first.
 */
export async function buildOnce(target: string, build: (folder: string) => Promise<void>): Promise<void> {
  await fs.mkdir(path.dirname(target), { recursive: true });
  while (!existsSync(target)) {
    const unlock = await tryLock(`${target}.lock`);
    if (!unlock) {
      await delay(250);
      continue;
    }
    try {
      if (!existsSync(target)) await buildBeside(target, build);
    } finally {
      await unlock();
    }
  }
}

async function buildBeside(target: string, build: (folder: string) => Promise<void>): Promise<void> {
  await removeAbandoned(target);
  const folder = `${target}.building-${String(process.pid)}`;
  try {
    await fs.mkdir(folder);
    await build(folder);
    await fs.rename(folder, target);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Half-built folders of processes that are gone; each is several hundred megabytes. */
async function removeAbandoned(target: string): Promise<void> {
  const prefix = `${path.basename(target)}.building-`;
  for (const name of await fs.readdir(path.dirname(target))) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
    await fs.rm(path.join(path.dirname(target), name), { recursive: true, force: true });
  }
}

/**
 * A lock that only saves work: were two processes to hold it at once, both would build and one rename would win. The
 * owner's pid is the target of a symlink, because a link is there with its text at once and a file is empty first.
 */
async function tryLock(file: string): Promise<(() => Promise<void>) | undefined> {
  try {
    await fs.symlink(String(process.pid), file);
    return () => fs.rm(file, { force: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const owner = await fs.readlink(file).catch(() => undefined);
  if (owner !== undefined && !isAlive(Number(owner))) await fs.rm(file, { force: true });
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
