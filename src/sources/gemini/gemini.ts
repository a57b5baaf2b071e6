import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import { watchFolder } from '../folderWatch.js';
import { programHomes } from '../programHomes.js';
import { mergeItems, type GeminiItem } from './geminiConversation.js';
import { geminiEntries } from './geminiEntries.js';
import { GeminiList } from './geminiList.js';
import type { GeminiPlace } from './geminiRow.js';
import { readGeminiItems } from './geminiTranscript.js';
import type { Source, SourceInfo, SourceOptions } from '../source.js';

const readOnly =
  "Gemini CLI's sessions are only read: it removes at its next start what it cannot read or finds changed, so nothing is written there";

/**
 * Gemini CLI's store, `~/.gemini/tmp/<project>/chats`: JSON lines with patches, in older versions one object a file. Never
 * written to.
 */
export function geminiSource(options: SourceOptions): Source {
  const home = programHomes.gemini(options);
  const tmp = join(home, 'tmp');
  const list = new GeminiList(home, options.folders ?? []);

  async function read(ownId: string): Promise<readonly Entry[]> {
    const known = list.place(ownId);
    const entries = known && (await entriesOf(known));
    if (entries) return entries;
    // New since the last list, or cleaned up by its program.
    await list.get();
    const place = list.place(ownId);
    const found = place && (await entriesOf(place));
    if (!found) throw new SessionError('not_found', `Gemini CLI has no session ${ownId}`);
    return found;
  }

  return {
    name: 'gemini',
    title: 'Gemini CLI',
    info: async (): Promise<SourceInfo> => {
      const found = existsSync(tmp);
      const base = { name: 'gemini', title: 'Gemini CLI', path: home, found, readOnly };
      return found ? { ...base, count: (await list.get()).rows.length } : base;
    },
    list: (signal) => list.get(signal),
    read,
    watch: (changed) => watchProjects(tmp, changed),
  };
}

/** Absent where all files are gone. */
async function entriesOf({ paths, created }: GeminiPlace): Promise<readonly Entry[] | undefined> {
  const files: (readonly GeminiItem[])[] = [];
  for (const path of paths) {
    try {
      files.push(await readGeminiItems(path));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return files.length === 0 ? undefined : geminiEntries(mergeItems(files), created);
}

/** Watches the projects' chats, and for new projects. */
function watchProjects(tmp: string, changed: () => void): () => void {
  const stops = new Map<string, () => void>();
  const follow = (): void => {
    for (const name of projectNames(tmp)) {
      // Chats come after their project: until then its folder tells of them.
      const folder = [join(tmp, name, 'chats'), join(tmp, name)].find(existsSync) ?? tmp;
      if (!stops.has(folder)) stops.set(folder, watchFolder(folder, onChange));
    }
  };
  const onChange = (): void => {
    follow();
    changed();
  };
  stops.set(tmp, watchFolder(tmp, onChange));
  follow();
  return () => stops.forEach((stop) => stop());
}

function projectNames(tmp: string): readonly string[] {
  try {
    return readdirSync(tmp);
  } catch {
    // Not there yet, or not to be read, which the list says: the look every two seconds goes on.
    return [];
  }
}
