import { readdirSync, type Dirent } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { join, sep } from 'node:path';
import { messageOf } from '../../model/errors.js';
import type { Problem } from '../../model/row.js';

/** A rollout: one file of a thread, which goes on in another one when it was rolled back past what other threads point to. */
export interface CodexFile {
  readonly path: string;
  readonly name: string;
  readonly threadId: string;
  /** What a `history_base` points to: of a thread's first file the thread's id. */
  readonly rolloutId: string;
  readonly isArchived: boolean;
  readonly isCompressed: boolean;
}

export interface CodexFiles {
  /** By thread, its newest file: what Codex itself goes on with. */
  readonly threads: ReadonlyMap<string, CodexFile>;
  readonly rollouts: ReadonlyMap<string, CodexFile>;
  readonly problems: readonly Problem[];
}

const places = ['sessions', 'archived_sessions'];
/** `sessions/2026/11/21`, and one more for what others may put there. */
const maxDepth = 4;
const namePattern = /^rollout-(?:\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-)?([\w.-]+?)(?:_([0-9a-f]{8}-[0-9a-f-]{27}))?\.jsonl(\.zst)?$/;

/** All rollouts below Codex's home, by their names alone. */
export async function findCodexFiles(home: string, signal?: AbortSignal): Promise<CodexFiles> {
  const threads = new Map<string, CodexFile>();
  const rollouts = new Map<string, CodexFile>();
  const problems: Problem[] = [];
  const add = (file: CodexFile): void => {
    const sibling = rollouts.get(file.rolloutId);
    if (sibling === undefined || isBefore(sibling, file)) rollouts.set(file.rolloutId, file);
    const newest = threads.get(file.threadId);
    if (newest === undefined || isBefore(newest, file)) threads.set(file.threadId, file);
  };
  const look = async (folder: string, isArchived: boolean, depth: number): Promise<void> => {
    signal?.throwIfAborted();
    for (const entry of entriesOf(folder, problems)) {
      if (!entry.isDirectory()) addFile(folder, entry.name, isArchived, add);
      else if (depth < maxDepth) await look(join(folder, entry.name), isArchived, depth + 1);
    }
    await breathe();
  };
  for (const place of places) await look(join(home, place), place !== 'sessions', 0);
  return { threads, rollouts, problems };
}

/** A name begins with the time; of two with the same name the plain one is the newer, as compressing removes it last. */
function isBefore(known: CodexFile, other: CodexFile): boolean {
  const [a, b] = [plainName(known), plainName(other)];
  return a === b ? known.isCompressed && !other.isCompressed : a < b;
}

const plainName = ({ name, isCompressed }: CodexFile): string => (isCompressed ? name.slice(0, -'.zst'.length) : name);

function addFile(folder: string, name: string, isArchived: boolean, add: (file: CodexFile) => void): void {
  const [, threadId, rolloutId = threadId, compressed] = namePattern.exec(name) ?? [];
  if (threadId === undefined || rolloutId === undefined) return;
  add({ path: folder + sep + name, name, threadId, rolloutId, isArchived, isCompressed: compressed !== undefined });
}

function entriesOf(folder: string, problems: Problem[]): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) problems.push({ kind: 'unreadable', detail: messageOf(error), path: folder });
    return [];
  }
}
