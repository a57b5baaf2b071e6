import { cp, lstat, mkdir, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Entry } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { changedText } from './clinvkChange.js';
import type { ClinvkFile } from './clinvkRecord.js';
import { findFlock } from './flock.js';
import { watchFolder } from '../folderWatch.js';
import { replaceFile } from '../replaceFile.js';
import type { Source, SourceInfo, SourceList } from '../source.js';

/** A clinvk that runs keeps its record in memory and writes all of it at the end: an edit of ours would be lost. */
const runningMs = 60_000;

export interface ClinvkOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly now?: () => number;
}

/**
 * clinvk's own store, `~/.clinvk/sessions`: one JSON file a session, no transcripts. Its `index.json` is a cache that
 * forgets sessions, so it is never read, and removed at each write, as clinvk then looks at the files again.
 * Written with its own lock (flock on `store.lock`) or not at all.
 */
export function clinvkSource(options: ClinvkOptions): Source {
  const home = options.env['HOME'] ?? options.env['USERPROFILE'] ?? '';
  const folder = join(home, '.clinvk', 'sessions');
  const now = options.now ?? Date.now;
  const flock = findFlock(options.env, options.platform);
  const readOnly = 'missing' in flock ? `clinvk's sessions are read-only here: ${flock.missing}` : undefined;
  const fileOf = (ownId: string): string => join(folder, `${checkedId(ownId)}.json`);

  async function readOne(ownId: string): Promise<ClinvkFile> {
    const path = fileOf(ownId);
    try {
      const info = await lstat(path);
      if (!info.isFile()) throw new SessionError('damaged', `${path} is not a plain file`);
      const { readClinvkRecord } = await import('./clinvkRecord.js');
      return readClinvkRecord(ownId, path, await readFile(path, 'utf8'), info.mtime);
    } catch (error) {
      if (isMissing(error)) throw new SessionError('not_found', `clinvk has no session ${ownId}`);
      throw error;
    }
  }

  async function list(): Promise<SourceList> {
    // At once, and most often all there is to it.
    if (!existsSync(folder)) return { rows: [], problems: [] };
    const names = await readdir(folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const stems = names
      .filter((name) => name.endsWith('.json') && name !== 'index.json' && !name.startsWith('.'))
      .map((name) => basename(name, '.json'));
    const rows: SessionRow[] = [];
    const problems: Problem[] = [];
    for (const stem of stems) {
      try {
        const { row } = await readOne(stem);
        rows.push(row);
        if (row.problem) problems.push(row.problem);
      } catch (error) {
        // Deleted by its program while we were looking: not there is the truth.
        if (error instanceof SessionError && error.code === 'not_found') continue;
        problems.push({ kind: 'unreadable', detail: messageOf(error), path: join(folder, `${stem}.json`) });
      }
    }
    return { rows, problems };
  }

  /** Lock, look again, act, and let clinvk find the change. */
  async function write<T>(act: () => Promise<T>): Promise<T> {
    if ('missing' in flock) throw new SessionError('read_only', readOnly ?? '');
    return flock.with(join(folder, 'store.lock'), async () => {
      const result = await act();
      await unlink(join(folder, 'index.json')).catch(ignoreMissing);
      return result;
    });
  }

  async function refuseRunning(ownId: string): Promise<void> {
    const { row } = await readOne(ownId);
    const idle = now() - Date.parse(row.last_used);
    if (!row.problem && row.status === 'active' && idle >= 0 && idle < runningMs) {
      throw new SessionError('busy', `clinvk used session ${ownId.slice(0, 8)} just now`, {
        hint: 'a running clinvk would write over the change: try again in a minute',
      });
    }
  }

  const change = (ownId: string, fields: Readonly<Record<string, unknown>>): Promise<void> =>
    write(async () => {
      await refuseRunning(ownId);
      const path = fileOf(ownId);
      await replaceFile(path, changedText(await readFile(path), fields, path));
    });

  return {
    name: 'clinvk',
    title: 'clinvk',
    info: async (): Promise<SourceInfo> => {
      const found = await lstat(folder).then(
        (info) => info.isDirectory(),
        () => false,
      );
      const base = { name: 'clinvk', title: 'clinvk', path: folder, found, ...(readOnly === undefined ? {} : { readOnly }) };
      return found ? { ...base, count: (await list()).rows.length } : base;
    },
    list,
    read: async (ownId) => promptEntries(await readOne(ownId)),
    ...('missing' in flock
      ? {}
      : {
          rename: (ownId: string, title: string) => change(ownId, { title }),
          tag: (ownId: string, tags: readonly string[]) => change(ownId, { tags }),
          removal: {
            remove: (ownId: string, keepIn: string) =>
              write(async () => {
                await refuseRunning(ownId);
                await mkdir(keepIn, { recursive: true, mode: 0o700 });
                const parts = [fileOf(ownId), join(folder, ownId)];
                const kept: string[] = [];
                for (const part of parts) {
                  const copy = join(keepIn, basename(part));
                  if (await copied(part, copy)) kept.push(copy);
                }
                for (const part of parts) await rm(part, { recursive: true, force: true });
                return { kept };
              }),
            restore: (kept: readonly string[]) =>
              write(async () => {
                for (const copy of kept) {
                  const target = join(folder, checkedId(basename(copy, '.json')) + (copy.endsWith('.json') ? '.json' : ''));
                  await cp(copy, target, { recursive: true, errorOnExist: true, force: false });
                }
              }),
          },
        }),
    watch: (changed) => watchFolder(folder, changed),
  };
}

/** clinvk keeps no transcript, but the whole first prompt: that much can be shown and carried over. */
function promptEntries({ row, prompt }: ClinvkFile): readonly Entry[] {
  if (prompt === '') return [];
  return [
    {
      type: 'message',
      id: `${row.id}:prompt`,
      timestamp: row.created_at,
      message: { role: 'user', content: [{ type: 'text', text: prompt }] },
      backend: row.backend,
    },
  ];
}

/** A file name's stem, so that no id reaches outside the folder. */
function checkedId(ownId: string): string {
  if (!/^[\w-][\w.-]*$/.test(ownId)) throw new SessionError('not_found', `"${ownId}" is not a clinvk session id`);
  return ownId;
}

async function copied(from: string, to: string): Promise<boolean> {
  try {
    await cp(from, to, { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
    return true;
  } catch (error) {
    ignoreMissing(error);
    return false;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
