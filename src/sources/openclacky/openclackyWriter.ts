import { cp, lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SessionError } from '../../model/errors.js';
import { stampOf } from '../fileRows.js';
import { jsonMembers } from '../jsonPart.js';
import { logOf, type OpenclackyPlace } from './openclackyFolder.js';
import { replaceFile } from '../replaceFile.js';
import { isProgramRunning } from '../runningProgram.js';
import { isSameFile } from '../sameFile.js';
import type { Source } from '../source.js';

export interface OpenclackyWriterOptions {
  readonly home: string;
  readonly sessions: string;
  readonly trash: string;
  readonly platform: NodeJS.Platform;
  readonly placeOf: (ownId: string) => Promise<OpenclackyPlace>;
}

/** What can be changed in openclacky's store while no openclacky runs: the name of a session, and whether it is there. */
export function openclackyWriter(options: OpenclackyWriterOptions): Required<Pick<Source, 'rename' | 'removal'>> {
  const { sessions, trash, placeOf } = options;
  const snapshots = join(options.home, 'snapshots');
  const folders: Readonly<Record<string, string>> = { sessions, trash, snapshots };

  async function refuseRunning(): Promise<void> {
    if (await isProgramRunning(['openclacky', 'clacky'], options.platform)) {
      throw new SessionError('busy', 'openclacky is running', {
        hint: 'it keeps sessions in memory and would write over the change: do it there, or end it first',
      });
    }
  }

  return {
    async rename(ownId, title) {
      await refuseRunning();
      const { path } = await placeOf(ownId);
      const before = stampOf(await lstat(path));
      const changed = renamed(await readFile(path), title, path);
      if (stampOf(await lstat(path)) !== before) throw changedMeanwhile(path);
      await replaceFile(path, changed);
    },
    removal: {
      async remove(ownId, keepIn) {
        await refuseRunning();
        const place = await placeOf(ownId);
        const from = place.isTrash ? 'trash' : 'sessions';
        const log = logOf(place);
        const files = [place.path, ...place.chunks, ...(log === undefined ? [] : [log])];
        const parts = [
          ...files.map((path) => ({ path, in: from })),
          ...(place.sessionId === undefined ? [] : [{ path: join(snapshots, place.sessionId), in: 'snapshots' }]),
        ];
        const before = await stateOf(files);
        const kept: string[] = [];
        for (const part of parts) {
          const copy = join(keepIn, part.in, basename(part.path));
          await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
          if (await copied(part.path, copy)) kept.push(copy);
        }
        try {
          await refuseRunning();
          const isSame = await isSameFile(place.path, join(keepIn, from, basename(place.path)));
          if (!isSame || (await stateOf(files)) !== before) throw changedMeanwhile(place.path);
        } catch (error) {
          for (const copy of kept) await rm(copy, { recursive: true, force: true });
          throw error;
        }
        for (const { path } of parts) await rm(path, { recursive: true, force: true });
        return { kept };
      },
      async restore(kept) {
        for (const copy of kept) {
          const folder = folders[basename(dirname(copy))];
          if (folder === undefined) throw new SessionError('damaged', `${copy} is no copy of an openclacky session`);
          await mkdir(folder, { recursive: true });
          await cp(copy, join(folder, basename(copy)), { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
        }
      },
    },
  };
}

const changedMeanwhile = (path: string): SessionError => new SessionError('busy', `${path} was changed meanwhile`, { hint: 'try again' });

/** Differs whenever one of the files was changed, came or went. */
async function stateOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(
    paths.map((path) =>
      lstat(path).then(stampOf, (error: unknown) => {
        if (isMissing(error)) return '';
        throw error;
      }),
    ),
  );
  return states.join(' ');
}

/** The file with another name in it, and every other byte as it was. */
function renamed(bytes: Uint8Array, name: string, path: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
  } catch (cause) {
    throw new SessionError('damaged', `${path} cannot be changed: ${messageOf(cause)}`, { cause });
  }
  // Of two members with one key, Ruby takes the last.
  const member = [...jsonMembers(text)].findLast(({ key }) => key === 'name');
  if (!member) throw new SessionError('damaged', `${path} has no name to change`);
  return text.slice(0, member.start) + JSON.stringify(name) + text.slice(member.end);
}

async function copied(from: string, to: string): Promise<boolean> {
  try {
    await cp(from, to, { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
