import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../model/errors.js';
import type { Problem } from '../../model/row.js';
import { objectOf } from '../jsonValue.js';

/** A project's folder below `tmp`, named by the program or by a hash of the project's path. */
export interface GeminiProject {
  readonly name: string;
  /** The project's own path; absent where nothing tells it. */
  readonly root: string | undefined;
  readonly chats: string;
  /** The session files, those of sub-agents by the id of the session that started them. */
  readonly files: readonly { readonly path: string; readonly parent: string | undefined }[];
}

export interface GeminiStore {
  readonly projects: readonly GeminiProject[];
  /** The paths of all projects that are known. */
  readonly roots: readonly string[];
}

/** Names only: no session is opened. What is not there is empty; what cannot be read is a problem, and empty too. */
export async function readGeminiStore(home: string, problems: Problem[]): Promise<GeminiStore> {
  const namesIn = (folder: string): Promise<readonly string[]> => orElse([], folder, problems, () => readdir(folder));
  const textOf = (path: string): Promise<string> => orElse('', path, problems, async () => (await readFile(path, 'utf8')).trim());
  const registered = rootsByName(await textOf(join(home, 'projects.json')));
  const tmp = join(home, 'tmp');
  const names = await namesIn(tmp);
  const projects = await Promise.all(
    names.map(async (name): Promise<GeminiProject> => {
      const chats = join(tmp, name, 'chats');
      const marked = await textOf(join(tmp, name, '.project_root'));
      const root = marked || (await textOf(join(home, 'history', name, '.project_root'))) || registered.get(name) || undefined;
      return { name, root, chats, files: await filesIn(chats, namesIn) };
    }),
  );
  return { projects, roots: [...registered.values(), ...projects.flatMap(({ root }) => root ?? [])] };
}

/** Paths by their SHA-256: older versions name folders by it, and every session says its project's. */
export const byHash = (roots: readonly string[]): ReadonlyMap<string, string> =>
  new Map(roots.map((root) => [createHash('sha256').update(root).digest('hex'), root]));

async function filesIn(chats: string, namesIn: (folder: string) => Promise<readonly string[]>): Promise<GeminiProject['files']> {
  const names = await namesIn(chats);
  const main = names.filter((name) => /^session-.*\.jsonl?$/.test(name)).map((name) => ({ path: join(chats, name), parent: undefined }));
  const below = await Promise.all(
    names
      .filter((name) => !name.includes('.'))
      .map(async (parent) =>
        (await namesIn(join(chats, parent)))
          .filter((name) => /\.jsonl?$/.test(name))
          .map((name) => ({ path: join(chats, parent, name), parent })),
      ),
  );
  return [...main, ...below.flat()];
}

function rootsByName(registry: string): ReadonlyMap<string, string> {
  try {
    const projects = Object.entries(objectOf(objectOf(JSON.parse(registry))['projects']));
    return new Map(projects.flatMap(([root, name]) => (typeof name === 'string' ? [[name, root] as const] : [])));
  } catch {
    // Absent or damaged, which the program mends from the folders' own marks; so do we.
    return new Map();
  }
}

async function orElse<T>(empty: T, path: string, problems: Problem[], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code));
    if (!isAbsent) problems.push({ kind: 'unreadable', detail: messageOf(error), path });
    return empty;
  }
}
