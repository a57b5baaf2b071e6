import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { messageOf } from '../../model/errors.js';
import type { Problem } from '../../model/row.js';
import { objectOf, stringOf } from '../jsonValue.js';

export interface ClaudeFile {
  /** The id of the session or of the sub-agent, which is the file's name. */
  readonly id: string;
  readonly path: string;
  /** The session that a sub-agent worked for, where its folder says so. */
  readonly parent?: string | undefined;
  /** A title that the program keeps beside the session, for when the one in the file is too far from its end. */
  readonly title?: string | undefined;
}

export interface ClaudeFiles {
  readonly files: readonly ClaudeFile[];
  /** The folders that hold them, one a project. */
  readonly folders: readonly string[];
  readonly problems: readonly Problem[];
}

const idPattern = /^\w[\w.-]*$/;
const extension = '.jsonl';

/** `projects/<folder>/<session>.jsonl`, and in `<session>/subagents` those that worked for it. Any number of them, none opened. */
export async function findClaudeFiles(projects: string): Promise<ClaudeFiles> {
  const files: ClaudeFile[] = [];
  const problems: Problem[] = [];
  const folders = entriesOf(projects, problems).flatMap((entry) => (entry.isDirectory() ? [join(projects, entry.name)] : []));
  for (const folder of folders) {
    await breathe();
    const entries = entriesOf(folder, problems);
    const titles = new Map<string, string>();
    for (const entry of entries) {
      if (!entry.isDirectory() || !idPattern.test(entry.name)) continue;
      const inside = entriesOf(join(folder, entry.name), problems);
      if (inside.some(({ name }) => name === 'subagents')) addAgents(files, problems, join(folder, entry.name, 'subagents'), entry.name);
      const title = inside.some(({ name }) => name === titleFile) ? keptTitle(join(folder, entry.name, titleFile)) : '';
      if (title !== '') titles.set(entry.name, title);
    }
    for (const entry of entries) {
      const id = idOf(entry);
      if (id === undefined) continue;
      const title = titles.get(id);
      files.push({ id, path: folder + sep + entry.name, title });
    }
  }
  return { files, folders, problems };
}

/** The name of the file in a session's folder that keeps its title. */
export const titleFile = 'custom-title.json';

function addAgents(files: ClaudeFile[], problems: Problem[], folder: string, parent: string): void {
  for (const entry of entriesOf(folder, problems)) {
    const id = idOf(entry);
    if (id !== undefined) files.push({ id, path: folder + sep + entry.name, parent });
    // Workflows have a folder of their own.
    else if (entry.isDirectory()) addAgents(files, problems, join(folder, entry.name), parent);
  }
}

function idOf(entry: Dirent): string | undefined {
  const { name } = entry;
  if (!name.endsWith(extension) || entry.isDirectory()) return undefined;
  const id = name.slice(0, -extension.length);
  return idPattern.test(id) ? id : undefined;
}

function entriesOf(folder: string, problems: Problem[]): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // Not there, or no longer: nothing is in it.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) {
      problems.push({ kind: 'unreadable', detail: messageOf(error), path: folder });
    }
    return [];
  }
}

function keptTitle(path: string): string {
  try {
    return stringOf(objectOf(JSON.parse(readFileSync(path, 'utf8')))['customTitle']).trim();
  } catch {
    // It only repeats what the session's file says.
    return '';
  }
}
