import * as path from 'node:path';
import { sessionIdPattern } from '../model/sessionId.js';
import { fileError, isSystemError } from './fileError.js';
import type { FileStat } from './filePort.js';
import { rowFlags, type FileMark } from './indexTable.js';
import type { StoreContext } from './storeContext.js';

/** A transcript without its record, under a living lock as young as this, is a session being made or deleted this moment. */
const passingMs = 10_000;

/** What is in `sessions/`, by its names alone. */
export interface SessionNames {
  /** Each once: those with a record first. */
  readonly ids: readonly string[];
  /** For each id its `rowFlags`. */
  readonly flags: readonly number[];
  /** What looks like a record but has no id for a name. */
  readonly strays: readonly string[];
  /** The folder's state in which the names were read; one that no folder has where they must be read again. */
  readonly folder: FileMark;
}

/** Reads the names in `sessions/`, whose state is `folder`; `now` in milliseconds by the clock that stamps the files. */
export async function readSessionNames(context: StoreContext, folder: FileMark, now: number): Promise<SessionNames> {
  const { port, sessions } = context;
  const ids: string[] = [];
  const flags: number[] = [];
  const strays: string[] = [];
  const transcripts = new Set<string>();
  const folders = new Set<string>();
  const locked = new Set<string>();
  let record = '';
  for (const name of port.readNamesSync(sessions)) {
    // Names mostly come sorted, a transcript right behind its record: the sets below are for what does not.
    if (name.length === record.length + 1 && name.startsWith(record) && name.endsWith('.jsonl')) {
      flags[flags.length - 1] = rowFlags.record | rowFlags.transcript;
    } else if (name.endsWith('.json')) {
      const id = name.slice(0, -'.json'.length);
      if (sessionIdPattern.test(id)) {
        ids.push(id);
        flags.push(rowFlags.record);
        record = name;
      } else if (!name.startsWith('.')) strays.push(name);
    } else {
      const { name: id, ext } = path.parse(name);
      if (!sessionIdPattern.test(id)) continue;
      if (ext === '.jsonl') transcripts.add(id);
      else if (ext === '.lock') locked.add(id);
      else if (ext === '' && statOf(context, name)?.kind === 'folder') folders.add(id);
    }
  }
  if (transcripts.size + folders.size > 0) {
    for (const [at, id] of ids.entries()) {
      if (transcripts.delete(id)) flags[at] = rowFlags.record | rowFlags.transcript;
      if (folders.has(id)) flags[at] = (flags[at] ?? 0) | rowFlags.folder;
    }
  }
  let unsettled = false;
  for (const id of transcripts) {
    if (locked.has(id) && (await isPassing(context, `${id}.lock`, now))) {
      unsettled = true;
      continue;
    }
    ids.push(id);
    flags.push(rowFlags.transcript | (folders.has(id) ? rowFlags.folder : 0));
  }
  return { ids, flags, strays, folder: unsettled ? { ...folder, mtimeMs: -1 } : folder };
}

async function isPassing(context: StoreContext, lock: string, now: number): Promise<boolean> {
  const stat = statOf(context, lock);
  if (stat === undefined) return true;
  if (now - stat.mtimeMs >= passingMs) return false;
  const { isDeadLock } = await import('./lockFolder.js');
  return !(await isDeadLock(context.port, path.join(context.sessions, lock)));
}

function statOf({ port, sessions }: StoreContext, name: string): FileStat | undefined {
  const file = path.join(sessions, name);
  try {
    return port.lstatSync(file);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw fileError(error, file);
  }
}
