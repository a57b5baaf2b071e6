import { existsSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import { watchFolder } from '../folderWatch.js';
import { programHomes } from '../programHomes.js';
import { OpenclackyList } from './openclackyList.js';
import type { OpenclackyPlace } from './openclackyFolder.js';
import { readOpenclackyTranscript } from './openclackyTranscript.js';
import { openclackyWriter } from './openclackyWriter.js';
import { canSeeProcesses } from '../runningProgram.js';
import type { Source, SourceInfo, SourceOptions } from '../source.js';

/** Transcripts kept for the case that the next read finds only a part: those of the sessions that are open. */
const keptTranscripts = 4;

/**
 * openclacky's store, `~/.clacky`: one JSON file a session with all its messages, Markdown files with what was compressed
 * away, in newer versions a trash and a write-ahead log. Nothing locks it, and its program writes a session that it has in
 * memory over whatever is there, so it is written only while no openclacky runs.
 */
export function openclackySource(options: SourceOptions): Source {
  const home = programHomes.openclacky(options);
  const sessions = join(home, 'sessions');
  const trash = join(home, 'trash', 'sessions-trash');
  const platform = options.platform ?? process.platform;
  const list = new OpenclackyList(sessions, trash, options.now ?? Date.now);
  const read = new Map<string, readonly Entry[]>();
  const readOnly = canSeeProcesses(platform)
    ? undefined
    : "openclacky's sessions are read-only here: it cannot be told whether an openclacky runs, which would write over a change";

  async function placeOf(ownId: string): Promise<OpenclackyPlace> {
    const known = list.place(ownId);
    if (known && (await isFile(known.path))) return known;
    await list.get();
    const place = list.place(ownId);
    if (!place) throw notFound(ownId);
    return place;
  }

  /** With the parts that were written since the last list: what is removed goes whole. */
  async function placeNow(ownId: string): Promise<OpenclackyPlace> {
    await list.get();
    return placeOf(ownId);
  }

  async function readOne(ownId: string): Promise<readonly Entry[]> {
    const { entries, isWhole } = await readOpenclackyTranscript(ownId, await placeOf(ownId)).catch((error: unknown) => {
      if (isMissing(error)) throw notFound(ownId);
      throw error;
    });
    if (!isWhole) return read.get(ownId) ?? entries;
    read.delete(ownId);
    read.set(ownId, entries);
    for (const oldest of read.keys()) if (read.size > keptTranscripts) read.delete(oldest);
    return entries;
  }

  return {
    name: 'openclacky',
    title: 'openclacky',
    info: async (): Promise<SourceInfo> => {
      const found = await isFolder(sessions);
      const base = { name: 'openclacky', title: 'openclacky', path: home, found, ...(readOnly === undefined ? {} : { readOnly }) };
      return found ? { ...base, count: (await list.get()).rows.length } : base;
    },
    list: (signal) => list.get(signal),
    read: readOne,
    ...(readOnly === undefined ? openclackyWriter({ home, sessions, trash, platform, placeOf: placeNow }) : {}),
    watch: (changed) => {
      // A trash that is not there yet is no reason to look every two seconds.
      const stops = [sessions, ...(existsSync(trash) ? [trash] : [])].map((folder) => watchFolder(folder, changed));
      return () => stops.forEach((stop) => stop());
    },
  };
}

const isFile = async (path: string): Promise<boolean> => (await stateOf(path))?.isFile() ?? false;
const isFolder = async (path: string): Promise<boolean> => (await stateOf(path))?.isDirectory() ?? false;

async function stateOf(path: string) {
  return lstat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const notFound = (ownId: string): SessionError => new SessionError('not_found', `openclacky has no session ${ownId}`);
