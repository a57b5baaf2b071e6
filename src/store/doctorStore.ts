import * as path from 'node:path';
import { writeDurably } from './durable.js';
import { examined, setAside, type Examined } from './examined.js';
import { isSystemError } from './fileError.js';
import type { FileStat } from './filePort.js';
import { findGitFolder } from './gitFolder.js';
import { isOwn } from './location.js';
import { ownerState } from './owner.js';
import { readPending } from './pendingSteps.js';
import type { StoreContext } from './storeContext.js';

export interface StoreExamined {
  readonly found: readonly Examined[];
  /** Whether its sessions can be looked at. */
  readonly readable: boolean;
}

/** The store folder itself: whose it is, who else can get at it, where it came from. */
export async function examineStore(context: StoreContext): Promise<StoreExamined> {
  const { port, root } = context;
  const stat = await port.lstat(root);
  if (stat.kind !== 'folder')
    return { found: [examined(context, '.', 'link', 'the store is no folder, and links are not followed')], readable: false };
  if (!isOwn(stat)) return { found: [foreign(context, '.', stat)], readable: false };
  const found: Examined[] = [];
  if (isOpen(stat)) found.push(open(context, '.', stat));
  let readable = false;
  for (const name of ['sessions', 'trash', 'salvage', 'pending', 'cache', 'blobs']) {
    const part = await statOf(context, name);
    if (part === undefined) continue;
    if (part.kind !== 'folder') found.push(examined(context, name, 'link', 'it is no folder, and links are not followed'));
    else if (!isOwn(part)) found.push(foreign(context, name, part));
    else {
      if (isOpen(part)) found.push(open(context, name, part));
      readable ||= name === 'sessions';
    }
  }
  found.push(...(await examineFiles(context)), ...(await examinePending(context)));
  if ((await statOf(context, 'config.yaml'))?.kind === 'file') {
    const { examineConfig } = await import('./doctorConfig.js');
    found.push(...(await examineConfig(context)));
  }
  found.push(...(await examineIgnored(context)), ...(await examineGit(context)));
  return { found, readable };
}

function foreign(context: StoreContext, name: string, stat: FileStat): Examined {
  return examined(context, name, 'foreign_owner', `it belongs to another user (uid ${String(stat.uid)})`);
}

function isOpen(stat: FileStat): boolean {
  return process.platform !== 'win32' && (stat.mode & 0o022) !== 0;
}

function open(context: StoreContext, name: string, stat: FileStat): Examined {
  const detail = `other users can write to it (mode ${stat.mode.toString(8)})`;
  return examined(context, name, 'permissions', detail, 'make it this user’s alone (mode 700)', {
    kind: 'act',
    run: () => context.port.chmod(path.join(context.root, name), 0o700),
  });
}

async function examineFiles(context: StoreContext): Promise<readonly Examined[]> {
  const found: Examined[] = [];
  for (const name of ['config.yaml', 'journal.jsonl', 'usage.jsonl', 'cache/list-index']) {
    const stat = await statOf(context, name);
    if (stat !== undefined && stat.kind !== 'file')
      found.push(examined(context, name, 'link', 'it is no file, and links are not followed'));
  }
  return found;
}

/** Notes of moves that were begun: those that are none of ours are left alone by every program. */
async function examinePending(context: StoreContext): Promise<readonly Examined[]> {
  if ((await statOf(context, 'pending'))?.kind !== 'folder') return [];
  const found: Examined[] = [];
  for (const { name } of await context.port.readdir(path.join(context.root, 'pending'))) {
    if (!name.endsWith('.json') || name.startsWith('.')) continue;
    const file = `pending/${name}`;
    const note = await readPending(context, path.join(context.root, file));
    // One of a program that is gone was tried again just now, when the store was opened.
    if (note !== undefined && (await ownerState(note.owner)) !== 'dead') continue;
    const [kind, detail] =
      note === undefined
        ? ['strange_note', 'it is no note of moves inside this store, and nothing is done of it']
        : ['stuck_note', 'the moves that it tells of cannot be finished'];
    found.push(examined(context, file, kind, detail, 'move it to salvage/', setAside('', file)));
  }
  return found;
}

async function examineIgnored(context: StoreContext): Promise<readonly Examined[]> {
  if (path.basename(context.root) !== '.skein' || (await statOf(context, '.gitignore')) !== undefined) return [];
  return [
    examined(context, '.gitignore', 'not_ignored', 'git would add the sessions to the repository', 'write a .gitignore of "*"', {
      kind: 'act',
      run: () => writeDurably(context.port, path.join(context.root, '.gitignore'), Buffer.from('*\n')),
    }),
  ];
}

/** Whether git tracks the store: then it came, or will go, with the repository. Git itself is not run. */
async function examineGit(context: StoreContext): Promise<readonly Examined[]> {
  const git = findGitFolder(path.dirname(context.root));
  if (git === undefined) return [];
  const tracked = `${path.relative(git.root, context.root).split(path.sep).join('/')}/`;
  const index = await textOf(context, path.join(git.gitDir, 'index'));
  if (!index.includes(`${tracked}sessions/`)) return [];
  return [
    examined(
      context,
      'sessions',
      'from_repository',
      'git tracks these sessions: they may be a stranger’s, and go wherever the repository goes',
    ),
  ];
}

async function statOf({ port, root }: StoreContext, name: string): Promise<FileStat | undefined> {
  try {
    return await port.lstat(path.join(root, name));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function textOf({ port }: StoreContext, file: string): Promise<string> {
  try {
    return Buffer.from(await port.readFile(file)).toString('latin1');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EACCES')) return '';
    throw error;
  }
}
