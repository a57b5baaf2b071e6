import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../../model/errors.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { columnsOf, readSqlite, sqliteReadingMissing, sqliteStamp } from '../sqliteFile.js';

/** What Codex knows of a thread beside its rollout. */
export interface CodexMarks {
  readonly name?: string | undefined;
  readonly isPinned?: boolean | undefined;
  /** The thread whose sub-agent it is. */
  readonly parent?: string | undefined;
}

const indexLine = z.object({ id: z.string(), thread_name: z.string() });
const names = z.array(z.object({ id: z.string(), name: z.string() }));
const pins = z.array(z.object({ id: z.string() }));
const edges = z.array(z.object({ child_thread_id: z.string(), parent_thread_id: z.string() }));

/** What one file told, kept as long as the file is the same, and after that when it cannot be read. */
interface Known {
  stamp: string;
  marks: ReadonlyMap<string, CodexMarks>;
}

/** Names, pins and parents that Codex keeps in `session_index.jsonl` and in its database. */
export class CodexNames {
  readonly #index: string;
  readonly #folders: readonly string[];
  readonly #known = new Map<string, Known>();

  /** `folders` are where a `state_<version>.sqlite` may be. */
  constructor(home: string, folders: readonly string[]) {
    this.#index = join(home, 'session_index.jsonl');
    this.#folders = folders;
  }

  /** By thread; the index's name wins, as it is written last. */
  read(problems: Problem[]): ReadonlyMap<string, CodexMarks> {
    const marks = new Map<string, CodexMarks>();
    // That it cannot be read by this Node is said once, by `missing`: names are in the index too.
    const database = sqliteReadingMissing() === undefined ? this.#database() : undefined;
    const parts = [
      database === undefined ? undefined : this.#part(database, readState, problems),
      this.#part(this.#index, readIndex, problems),
    ];
    for (const part of parts) part?.forEach((mark, id) => marks.set(id, { ...marks.get(id), ...mark }));
    return marks;
  }

  /** Why this Node cannot read the database; `undefined` when it can, or there is none. */
  missing(): string | undefined {
    const why = sqliteReadingMissing();
    const database = why === undefined ? undefined : this.#database();
    return database === undefined ? undefined : `${database}: ${why ?? ''}`;
  }

  /** The newest version's: older ones are left behind by updates. */
  #database(): string | undefined {
    const found = this.#folders.flatMap((folder) =>
      namesIn(folder).flatMap((name) => {
        const version = /^state_(\d+)\.sqlite$/.exec(name)?.[1];
        return version === undefined ? [] : [{ path: join(folder, name), version: Number(version) }];
      }),
    );
    return found.sort((a, b) => b.version - a.version)[0]?.path;
  }

  #part(path: string, read: (path: string) => ReadonlyMap<string, CodexMarks>, problems: Problem[]): ReadonlyMap<string, CodexMarks> {
    const known = this.#known.get(path);
    try {
      const stamp = sqliteStamp(path);
      if (known?.stamp === stamp) return known.marks;
      const marks = read(path);
      this.#known.set(path, { stamp, marks });
      return marks;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
      problems.push({ kind: 'unreadable', detail: messageOf(error), path });
      return known?.marks ?? new Map();
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No such folder, or none that may be read: then the rollouts alone tell, and finding them says what is wrong.
    return [];
  }
}

/** Appended to at each renaming: the last line of a thread counts. */
function readIndex(path: string): ReadonlyMap<string, CodexMarks> {
  const marks = new Map<string, CodexMarks>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const entry = parseLine(line);
    if (entry && entry.thread_name.trim() !== '') marks.set(entry.id, { name: entry.thread_name.trim() });
  }
  return marks;
}

function parseLine(line: string): z.infer<typeof indexLine> | undefined {
  try {
    return indexLine.safeParse(JSON.parse(line)).data;
  } catch {
    // Blank, torn or damaged: the other lines still tell.
    return undefined;
  }
}

/** Only the few threads of which it knows more than their rollouts. */
function readState(path: string): ReadonlyMap<string, CodexMarks> {
  return readSqlite(path, (query) => {
    const columns = columnsOf(query, 'threads');
    const marks = new Map<string, CodexMarks>();
    const add = (id: string, mark: CodexMarks): void => void marks.set(id, { ...marks.get(id), ...mark });
    if (columns.has('name')) {
      const rows = names.parse(
        query(`select id, name from threads where typeof(name) = 'text' and trim(name) <> '' and typeof(id) = 'text'`),
      );
      for (const { id, name } of rows) add(id, { name: name.trim() });
    }
    if (columns.has('is_pinned')) {
      for (const { id } of pins.parse(query(`select id from threads where is_pinned = 1 and typeof(id) = 'text'`)))
        add(id, { isPinned: true });
    }
    if (columnsOf(query, 'thread_spawn_edges').has('parent_thread_id')) {
      for (const edge of edges.parse(query(`select child_thread_id, parent_thread_id from thread_spawn_edges`))) {
        add(edge.child_thread_id, { parent: edge.parent_thread_id });
      }
    }
    return marks;
  });
}

/** A row with what Codex knows beside the rollout. */
export function markedRow(row: SessionRow, mark: CodexMarks | undefined): SessionRow {
  if (!mark) return row;
  return {
    ...row,
    ...(mark.name === undefined ? {} : { title: mark.name, title_source: 'user' as const }),
    ...(mark.isPinned ? { pinned: true } : {}),
    ...(mark.parent === undefined || row.parent_id !== undefined ? {} : { parent_id: `codex:${mark.parent}` }),
  };
}
