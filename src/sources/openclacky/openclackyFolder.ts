import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { messageOf } from '../../model/errors.js';
import type { Problem } from '../../model/row.js';

/** What lies in the folder of the sessions, or in the trash beside it. */
export interface OpenclackyFolder {
  readonly folder: string;
  readonly isTrash: boolean;
  /** File names without `.json`, which is what a session's other files begin with. */
  readonly stems: readonly string[];
  /** By stem, the names of the archived parts, oldest first. */
  readonly chunks: ReadonlyMap<string, readonly string[]>;
  /** Ids of the sessions that have a write-ahead log. */
  readonly logs: ReadonlySet<string>;
}

/** Names only: nothing is opened. A folder that is not there has nothing in it; one that cannot be read is a problem, too. */
export async function readOpenclackyFolder(folder: string, isTrash: boolean, problems: Problem[]): Promise<OpenclackyFolder> {
  const names = await readdir(folder).catch((error: unknown) => {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isAbsent) problems.push({ kind: 'unreadable', detail: messageOf(error), path: folder });
    return [];
  });
  const chunks = new Map<string, { readonly name: string; readonly number: number }[]>();
  for (const name of names) {
    const [, stem, number] = (name.endsWith('.md') && /^(.+)-chunk-(\d+)\.md$/.exec(name)) || [];
    if (stem === undefined) continue;
    const of = chunks.get(stem) ?? [];
    of.push({ name, number: Number(number) });
    chunks.set(stem, of);
  }
  return {
    folder,
    isTrash,
    stems: names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).map((name) => name.slice(0, -'.json'.length)),
    chunks: new Map([...chunks].map(([stem, of]) => [stem, of.sort((a, b) => a.number - b.number).map(({ name }) => name)])),
    logs: new Set(names.filter((name) => name.endsWith('.wal')).map((name) => name.slice(0, -'.wal'.length))),
  };
}

/** Where a session's files are, as of the last look. */
export interface OpenclackyPlace {
  readonly folder: string;
  readonly isTrash: boolean;
  readonly stem: string;
  readonly path: string;
  /** Absent where the file has none that a file could be named by. */
  readonly sessionId: string | undefined;
  readonly chunks: readonly string[];
  readonly hasLog: boolean;
}

export function placeOf(folder: OpenclackyFolder, stem: string, sessionId: string | undefined): OpenclackyPlace {
  return {
    folder: folder.folder,
    isTrash: folder.isTrash,
    stem,
    path: `${folder.folder}${sep}${stem}.json`,
    sessionId,
    chunks: (folder.chunks.get(stem) ?? []).map((name) => join(folder.folder, name)),
    hasLog: sessionId !== undefined && folder.logs.has(sessionId),
  };
}

/** The write-ahead log of a session; it may not be there. */
export const logOf = ({ folder, sessionId }: OpenclackyPlace): string | undefined =>
  sessionId === undefined ? undefined : join(folder, `${sessionId}.wal`);
