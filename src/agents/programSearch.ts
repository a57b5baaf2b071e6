import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as z from 'zod';
import type { Environment } from './agentEnvironment.js';
import { jsonOf } from '../model/json.js';

/** A program on this machine. */
export interface Program {
  /** As it was found. */
  readonly path: string;
  /** The file to run: a script that Node runs, or a program. */
  readonly file: string;
  readonly script: boolean;
  /** Of its npm package, where it has one of the name that was asked for. */
  readonly version: string | undefined;
}

/**
 * The folders to look in, best first: the PATH, our own, and where package managers put global programs. An editor that was
 * started from a desktop has a PATH without those.
 */
export async function programFolders(env: Environment): Promise<string[]> {
  const home = env['HOME'] ?? env['USERPROFILE'];
  const own = env['SKEIN_HOME'] ?? (home && path.join(home, '.skein'));
  const inHome = home ? ['.local/bin', '.npm-global/bin', '.bun/bin', '.volta/bin'].map((name) => path.join(home, name)) : [];
  const prefix = env['npm_config_prefix'] ?? env['NPM_CONFIG_PREFIX'];
  const all = [
    ...(env['PATH'] ?? env['Path'] ?? '').split(path.delimiter),
    ...(own ? [path.join(own, 'agents', 'node_modules', '.bin')] : []),
    ...(prefix ? [process.platform === 'win32' ? prefix : path.join(prefix, 'bin')] : []),
    ...(env['APPDATA'] ? [path.join(env['APPDATA'], 'npm')] : []),
    ...inHome,
    ...(process.platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin'] : []),
    ...(home ? await nvmFolders(home) : []),
  ];
  // A relative entry means another folder wherever we stand: it could be the workspace's.
  return [...new Set(all.filter((folder) => path.isAbsolute(folder)))];
}

/** Every program of that name, best first, but none that lies in, or leads to, one of the folders to `refuse`. */
export async function findPrograms(name: string, folders: readonly string[], refuse: readonly string[]): Promise<string[]> {
  const names = process.platform === 'win32' && path.extname(name) === '' ? ['.exe', '.cmd'].map((extension) => name + extension) : [name];
  const wanted = path.isAbsolute(name) ? [name] : folders.flatMap((folder) => names.map((each) => path.join(folder, each)));
  const refused = await Promise.all(refuse.map((folder) => fs.realpath(folder).catch(() => folder)));
  const found = await Promise.all(
    wanted.map(async (file) => {
      const real = await fs.realpath(file).catch(() => undefined);
      const stat = real === undefined ? undefined : await fs.stat(real).catch(() => undefined);
      const runs = stat?.isFile() === true && (process.platform === 'win32' || (stat.mode & 0o111) !== 0);
      const strange = [...refuse, ...refused].some((folder) => within(file, folder) || (real !== undefined && within(real, folder)));
      return runs && !strange ? file : undefined;
    }),
  );
  return found.filter((file) => file !== undefined);
}

/** Whether a file is the folder, or lies in it. */
export function within(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}

/** What a found program is: the script of its package where it comes from one, since a `.cmd` cannot be started by itself. */
export async function inspectProgram(found: string, packageName: string | undefined): Promise<Program> {
  const real = await fs.realpath(found);
  const home = packageName === undefined ? undefined : await packageOf(packageName, found, real);
  // What npm links to is the script. What it, or another, generates (`.cmd`, a shell script) only leads there.
  const file = home && !within(real, home.folder) ? home.script(path.parse(found).name) : real;
  return { path: found, file: file ?? real, script: await isScript(file ?? real), version: home?.version };
}

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
});

interface PackageHome {
  readonly folder: string;
  readonly version: string;
  readonly script: (program: string) => string | undefined;
}

async function packageOf(name: string, found: string, real: string): Promise<PackageHome | undefined> {
  const depth = real.split(path.sep).length;
  const above = Array.from({ length: Math.min(depth, 6) }, (_, up) => path.resolve(path.dirname(real), ...Array<string>(up).fill('..')));
  const beside = [path.join(path.dirname(found), 'node_modules', name), path.join(path.dirname(found), '..', name)];
  for (const folder of [...above, ...beside]) {
    const text = await fs.readFile(path.join(folder, 'package.json'), 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : packageSchema.safeParse(jsonOf(text)).data;
    if (parsed?.name !== name) continue;
    const { bin, version } = parsed;
    const script = (program: string): string | undefined => {
      const relative = typeof bin === 'string' ? bin : bin?.[program];
      return relative === undefined ? undefined : path.join(folder, relative);
    };
    return { folder, version, script };
  }
  return undefined;
}

async function isScript(file: string): Promise<boolean> {
  if (/\.[cm]?js$/.test(file)) return true;
  const handle = await fs.open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return /^#!.*\bnode\b/.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** nvm keeps one folder for each Node; the newest first. */
async function nvmFolders(home: string): Promise<string[]> {
  const root = path.join(home, '.nvm/versions/node');
  const versions = await fs.readdir(root).catch(() => []);
  const newest = versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return newest.map((version) => path.join(root, version, 'bin'));
}
