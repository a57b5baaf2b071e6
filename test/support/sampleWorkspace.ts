import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MissingTool } from './missingTool.js';

const run = promisify(execFile);
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** A project folder and the home of the person who works in it. */
export interface SampleWorkspace {
  /** A git repository with one commit of `test/fixtures/sample`. */
  readonly workspace: string;
  /** HOME: holds the stores of the programs in the table below. */
  readonly home: string;
}

/** Text of a store's file in, text out: so that it fits the place and the day that it is copied to. */
type Rewrite = (text: string, place: Place) => string;

interface Place {
  readonly workspace: string;
  /** Milliseconds between the making of the fixture and now. */
  readonly age: number;
}

interface Store {
  /** Folder in `test/fixtures`. */
  readonly fixture: string;
  /** Where the program has it, from HOME. */
  readonly home: string;
  /** When its newest session was used: the sample's newest session was used a few minutes ago. */
  readonly newest: string;
  readonly rewrite: Rewrite;
}

/** The stores of other programs that the sample's home holds, one line each. */
const stores: readonly Store[] = [
  { fixture: 'clinvk/.clinvk', home: '.clinvk', newest: '2026-11-21T11:15:22.488Z', rewrite: rewriteClinvk },
];

/** Makes the sample in `root`: `root/myapp` and `root/home`. The caller removes it. */
export async function makeSampleWorkspace(root: string): Promise<SampleWorkspace> {
  await fs.mkdir(root, { recursive: true });
  // A program that asks the system for its directory gets the real path: sessions must name that one.
  const base = await fs.realpath(root);
  const workspace = path.join(base, 'myapp');
  const home = path.join(base, 'home');
  await fs.cp(path.join(fixtures, 'sample'), workspace, { recursive: true });
  await fs.mkdir(home, { mode: 0o700 });
  await commit(workspace, home);
  for (const store of stores) {
    const age = Date.now() - 5 * 60_000 - Date.parse(store.newest);
    await copyStore(path.join(fixtures, store.fixture), path.join(home, store.home), (text) => store.rewrite(text, { workspace, age }));
  }
  return { workspace, home };
}

/** One commit, of nobody in particular and without the machine's git configuration. */
async function commit(workspace: string, home: string): Promise<void> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = { ...Object.fromEntries(clean), HOME: home, XDG_CONFIG_HOME: home, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]) => run('git', args, { cwd: workspace, env });
  await git('--version').catch((error: unknown) => {
    throw new MissingTool('git is missing: the sample project is a git repository', { cause: error });
  });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  const author = ['-c', 'user.name=Sample', '-c', 'user.email=sample@example.com', '-c', 'commit.gpgsign=false'];
  await git(...author, 'commit', '--quiet', '--message', 'A login service');
}

/** Copies with the modes these programs use: folders 0700, files 0600. */
async function copyStore(from: string, to: string, rewrite: (text: string) => string): Promise<void> {
  await fs.mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await fs.readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await copyStore(source, target, rewrite);
    else await fs.writeFile(target, rewrite(await fs.readFile(source, 'utf8')), { mode: 0o600 });
  }
}

/**
 * `/projects/myapp` becomes the workspace, `/projects/scratch` and `/projects/网站` folders in it; `/projects`,
 * `/projects/old` and the empty folder stay, and are other folders' sessions. Done on the text, which keeps the file as
 * clinvk wrote it otherwise (order of keys, escapes, no newline at the end).
 */
function rewriteClinvk(text: string, { workspace, age }: Place): string {
  const folders = new Map([
    ['/projects/myapp', workspace],
    ['/projects/scratch', path.join(workspace, 'scratch')],
    ['/projects/网站', path.join(workspace, 'web')],
  ]);
  return text
    .replace(/("(?:working_dir|WorkDir)": ?)"([^"]*)"/g, (_, key: string, folder: string) => {
      return `${key}${JSON.stringify(folders.get(folder) ?? folder)}`;
    })
    .replace(/("(?:created_at|last_used|CreatedAt|LastUsed)": ?)"([^"]*)"/g, (_, key: string, time: string) => {
      return `${key}"${shift(time, age)}"`;
    });
}

/** Moves an RFC 3339 time of Go's, which has up to nine digits of seconds; those after the third are kept. */
function shift(time: string, milliseconds: number): string {
  const digits = /\.\d{3}(\d+)Z$/.exec(time)?.[1] ?? '';
  return new Date(Date.parse(time) + milliseconds).toISOString().replace(/Z$/, `${digits}Z`);
}
