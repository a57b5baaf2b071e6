import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { watchFolder } from '../folderWatch.js';

/** Days that are watched, newest first: an old session that is gone on with is seen at the next look otherwise. */
const maxFolders = 400;

/** Calls back when a rollout, a name or a folder of a new day came or changed. Returns its stop. */
export function watchCodex(home: string, changed: () => void): () => void {
  const stops = new Map<string, () => void>();
  const look = (): void => {
    // What is not there yet is seen by its parent: watched itself, it would be looked at again and again.
    const inside = [join(home, 'archived_sessions'), ...foldersBelow(join(home, 'sessions'), 3).slice(0, maxFolders)].filter((folder) =>
      existsSync(folder),
    );
    const wanted = new Set([home, ...inside]);
    for (const [folder, stop] of stops) {
      if (wanted.has(folder)) continue;
      stop();
      stops.delete(folder);
    }
    for (const folder of wanted) if (!stops.has(folder)) stops.set(folder, watchFolder(folder, onChange));
  };
  const onChange = (): void => {
    look();
    changed();
  };
  look();
  return () => {
    for (const stop of stops.values()) stop();
    stops.clear();
  };
}

/** A folder and those in it, the newest dates first. */
function foldersBelow(folder: string, depth: number): readonly string[] {
  if (depth === 0) return [folder];
  const inside = namesIn(folder).sort().reverse();
  return [folder, ...inside.flatMap((name) => foldersBelow(join(folder, name), depth - 1))];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    // Not there yet, or gone again: its parent is watched.
    return [];
  }
}
