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

interface Store {
  /** Folder in `test/fixtures`. */
  readonly fixture: string;
  /** Where the program has it, from HOME. */
  readonly home: string | ((workspace: string) => string);
  /** The folder that its sessions were recorded in. */
  readonly recorded: string;
  /** When its newest session was used, and how many minutes before now that is in the sample. */
  readonly newest: string;
  readonly minutes: number;
  /** The files that are copied: all where it is left out. */
  readonly files?: RegExp;
  /** What steered the model that was recorded, as a person would have said it. */
  readonly words?: Readonly<Record<string, string>>;
}

/** The stores of other programs that the sample's home holds. */
const stores: readonly Store[] = [
  { fixture: 'clinvk/.clinvk', home: '.clinvk', recorded: '/projects/myapp', newest: '2026-11-21T11:15:22.488Z', minutes: 12 },
  {
    fixture: 'claude-family/.claude/projects/-projects-myapp',
    home: (workspace) => path.join('.claude/projects', workspace.replaceAll(/[^a-zA-Z0-9]/g, '-')),
    recorded: '/projects/myapp',
    newest: '2026-11-21T16:40:18.935Z',
    minutes: 5,
    words: {
      'first [[agent]] please': 'Look around before we change the login',
      'second [[bash]]': 'Say hi, then fail',
      'third [[edit]]': 'Write a.txt and edit it',
      'after compact': 'Go on after compacting',
    },
  },
  {
    fixture: 'codex/.codex',
    home: '.codex',
    recorded: '/projects/x/code/codex',
    newest: '2026-11-21T11:22:16.637Z',
    minutes: 50,
    files: /session_index|01a1fdd7-b25f|01a1fdd7-bc1b/,
  },
  {
    fixture: 'gemini/.gemini',
    home: '.gemini',
    recorded: '/projects/x/code/gemini',
    newest: '2026-11-21T11:05:12.423Z',
    minutes: 130,
    files: /03e70fd8|projects\.json|project_root/,
    words: { '[[tool:write out2.txt hello world]]': 'Write hello world into out2.txt' },
  },
  {
    fixture: 'openclacky/.clacky',
    home: '.clacky',
    recorded: '/projects/myapp',
    newest: '2026-11-21T11:07:23.000Z',
    minutes: 26 * 60,
    files: /580c3545|44349c46|ee589d12/,
  },
  {
    fixture: 'openclaw/jsonl-2026.1.29/.openclaw',
    home: '.openclaw',
    recorded: '/projects/myapp',
    newest: '2026-11-21T11:09:34.371Z',
    minutes: 50 * 60,
    files: /main/,
  },
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
  const now = Date.now();
  for (const store of stores) {
    const target = typeof store.home === 'string' ? store.home : store.home(workspace);
    await copyStore(path.join(fixtures, store.fixture), path.join(home, target), { store, workspace, now });
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

interface Place {
  readonly store: Store;
  readonly workspace: string;
  /** Milliseconds since the epoch, the same for all files: what was used at one time stays so. */
  readonly now: number;
}

/** Copies with the modes these programs use: folders 0700, files 0600. */
async function copyStore(from: string, to: string, place: Place): Promise<void> {
  for (const name of await fs.readdir(from, { recursive: true })) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (!(place.store.files ?? /./).test(name) || !(await fs.stat(source)).isFile()) continue;
    await fs.mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await fs.writeFile(target, rewrite(await fs.readFile(source, 'utf8'), place), { mode: 0o600 });
  }
}

/**
 * The recorded folder becomes the workspace, `/projects/scratch` and `/projects/网站` folders in it; others stay, and are
 * other folders' sessions. Times move to the sample's. Done on the text, which keeps the file as the program wrote it
 * otherwise (order of keys, escapes, no newline at the end).
 */
function rewrite(text: string, { store: { recorded, newest, minutes, words = {} }, workspace, now }: Place): string {
  const age = now - minutes * 60_000 - Date.parse(newest);
  const said = Object.entries(words).reduce((known, [from, to]) => known.replaceAll(from, to), text);
  const inText = (folder: string): string => JSON.stringify(folder).slice(1, -1);
  return said
    .replaceAll(recorded, inText(workspace))
    .replaceAll('/projects/scratch', inText(path.join(workspace, 'scratch')))
    .replaceAll('/projects/网站', inText(path.join(workspace, 'web')))
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, (time) => shift(time, age))
    .replaceAll(/(?<=At": ?|"timestamp": ?)\d{13}\b/g, (time) => String(Number(time) + age));
}

/** Moves an RFC 3339 time, which has up to nine digits of seconds where Go wrote it; those after the third are kept. */
function shift(time: string, milliseconds: number): string {
  const digits = /\.\d{3}(\d+)Z$/.exec(time)?.[1] ?? '';
  return new Date(Date.parse(time) + milliseconds).toISOString().replace(/Z$/, `${digits}Z`);
}
