import * as path from 'node:path';
import { writeDurably } from './durable.js';
import { examined, type Examined } from './examined.js';
import { isSystemError } from './fileError.js';
import type { FileStat } from './filePort.js';
import { findGitFolder } from './gitFolder.js';
import { isOwn } from './location.js';
import type { StoreContext } from './storeContext.js';

/** What a folder's own configuration may not say, since the folder can come from a stranger. */
const loosening = /^\s*(agents|command|args|env|endpoint|base_url|permission_mode|allow|budget)\s*:/m;

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
  found.push(...(await examineIgnored(context)), ...(await examineConfig(context)), ...(await examineGit(context)));
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

async function examineIgnored(context: StoreContext): Promise<readonly Examined[]> {
  if (path.basename(context.root) !== '.skein' || (await statOf(context, '.gitignore')) !== undefined) return [];
  return [
    examined(context, '.gitignore', 'not_ignored', 'git would add the sessions to the repository', 'write a .gitignore of "*"', {
      kind: 'act',
      run: () => writeDurably(context.port, path.join(context.root, '.gitignore'), Buffer.from('*\n')),
    }),
  ];
}

async function examineConfig(context: StoreContext): Promise<readonly Examined[]> {
  const text = await textOf(context, path.join(context.root, 'config.yaml'));
  const key = loosening.exec(text)?.[1];
  if (key === undefined) return [];
  const detail = `it sets "${key}", which may start programs or loosen what is asked: a folder’s own settings can only tighten, so it is not followed`;
  return [examined(context, 'config.yaml', 'loose_settings', detail)];
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
