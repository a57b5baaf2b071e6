import { lstatSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Problem, SessionRow } from '../../model/row.js';
import { FileRows, stampOf } from '../fileRows.js';
import { logOf, placeOf, readOpenclackyFolder, type OpenclackyFolder, type OpenclackyPlace } from './openclackyFolder.js';
import { readOpenclackyFile, type OpenclackyFile } from './openclackyRow.js';
import type { SourceList } from '../source.js';

/** A file that changed this recently may be in the middle of a save, which is not atomic. */
const savingMs = 5_000;
const retries = 4;
const retryMs = 25;

interface Listed {
  readonly file: OpenclackyFile;
  readonly place: OpenclackyPlace;
  readonly stamp: string;
}

/**
 * The list of openclacky's sessions. Its saves truncate the file and write it again, so that most reads during one find a
 * part: those are tried again for a moment, and where it goes on, what was last read whole stays.
 */
export class OpenclackyList {
  readonly #folders: readonly { readonly folder: string; readonly isTrash: boolean }[];
  readonly #now: () => number;
  readonly #files: FileRows<{ readonly path: string }, OpenclackyFile>;
  #whole = new Map<string, OpenclackyFile>();
  #places: ReadonlyMap<string, OpenclackyPlace> = new Map();

  constructor(sessions: string, trash: string, now: () => number) {
    this.#folders = [
      { folder: sessions, isTrash: false },
      { folder: trash, isTrash: true },
    ];
    this.#now = now;
    const inTrash = join(trash, '/');
    this.#files = new FileRows((file) => readOpenclackyFile(file, file.path.startsWith(inTrash)));
  }

  /** Where a session's files are, by the last list. */
  place(ownId: string): OpenclackyPlace | undefined {
    return this.#places.get(ownId);
  }

  async get(signal?: AbortSignal): Promise<SourceList> {
    const problems: Problem[] = [];
    const folders = await Promise.all(this.#folders.map(({ folder, isTrash }) => readOpenclackyFolder(folder, isTrash, problems)));
    const listed = await this.#read(folders, problems, signal);
    const places = new Map<string, OpenclackyPlace>();
    const stamps = new Map<string, string>();
    const owners = ownersOf(listed);
    const rows = listed.map((one): SessionRow => {
      const { file, place, stamp } = one;
      const { sessionId, row } = file;
      const ownId =
        sessionId !== undefined && owners.get(sessionId) === one ? sessionId : `${place.stem}${place.isTrash ? '.trashed' : ''}`;
      const id = `openclacky:${ownId}`;
      places.set(ownId, place);
      stamps.set(id, place.chunks.length === 0 && !place.hasLog ? stamp : [stamp, ...place.chunks, logStamp(place)].join(' '));
      if (row.problem) problems.push(row.problem);
      // A log is there while a session is open, and after a crash.
      const status = place.hasLog ? 'active' : row.status;
      return row.id === id && row.status === status ? row : { ...row, id, status };
    });
    this.#places = places;
    problems.push(...folders.flatMap((folder) => orphans(folder, listed)));
    return { rows, problems, stamps };
  }

  async #read(folders: readonly OpenclackyFolder[], problems: Problem[], signal: AbortSignal | undefined): Promise<readonly Listed[]> {
    const origin = new Map<string, { readonly folder: OpenclackyFolder; readonly stem: string }>();
    for (const folder of folders) for (const stem of folder.stems) origin.set(`${folder.folder}${sep}${stem}.json`, { folder, stem });
    const files = Array.from(origin.keys(), (path) => ({ path }));
    let result = await this.#files.get(files, signal);
    for (let tried = 0; tried < retries && result.found.some(({ file, value }) => value.isTorn && this.#isFresh(file.path)); tried++) {
      await delay(retryMs, undefined, signal ? { signal } : {});
      result = await this.#files.get(files, signal);
    }
    problems.push(...result.problems);
    const whole = new Map<string, OpenclackyFile>();
    const listed = result.found.flatMap(({ file: { path }, value, stamp }) => {
      const last = value.isTorn ? this.#whole.get(path) : value;
      if (last) whole.set(path, last);
      const file = !last || last === value ? value : this.#isFresh(path) ? last : withProblem(last, value.row.problem);
      const from = origin.get(path);
      return from ? [{ file, place: placeOf(from.folder, from.stem, file.sessionId), stamp }] : [];
    });
    this.#whole = whole;
    return listed;
  }

  #isFresh(path: string): boolean {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat !== undefined && Math.abs(this.#now() - stat.mtimeMs) < savingMs;
  }
}

/**
 * Who goes by an id that several files have: what is whole before what is not, and a session before one in the trash, and of
 * these the one used last. The others go by their file's stem.
 */
function ownersOf(listed: readonly Listed[]): ReadonlyMap<string, Listed> {
  const owners = new Map<string, Listed>();
  const rank = ({ file, place }: Listed): string => `${file.row.problem ? 0 : 1}${place.isTrash ? 0 : 1}${file.row.last_used_at}`;
  for (const one of listed) {
    const { sessionId } = one.file;
    const other = sessionId === undefined ? undefined : owners.get(sessionId);
    if (sessionId !== undefined && (!other || rank(other) < rank(one))) owners.set(sessionId, one);
  }
  return owners;
}

function orphans(folder: OpenclackyFolder, listed: readonly Listed[]): readonly Problem[] {
  const stems = new Set(folder.stems);
  const ids = new Set(listed.map(({ file }) => file.sessionId));
  const parts = [...folder.chunks].flatMap(([stem, names]) => (stems.has(stem) ? [] : names));
  const logs = [...folder.logs].filter((id) => !ids.has(id)).map((id) => `${id}.wal`);
  return [...parts, ...logs].map((name) => ({
    kind: 'orphaned',
    detail: 'it belongs to a session that is not there',
    path: join(folder.folder, name),
  }));
}

/** What was last read whole, with what is wrong with the file once nothing writes it any more. */
const withProblem = (file: OpenclackyFile, problem: Problem | undefined): OpenclackyFile =>
  problem ? { ...file, row: { ...file.row, problem } } : file;

function logStamp(place: OpenclackyPlace): string {
  const log = place.hasLog ? logOf(place) : undefined;
  const stat = log === undefined ? undefined : lstatSync(log, { throwIfNoEntry: false });
  return stat ? stampOf(stat) : '';
}
