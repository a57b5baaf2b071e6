import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { watchFolder } from '../folderWatch.js';

/** Folders watched at most: the system gives so many, and each costs. */
const maxFolders = 512;

/** Watches a folder and the folders right in it, those that come later too. */
export function watchFolders(root: string, changed: () => void): () => void {
  const stops = new Map<string, () => void>();
  const look = (): void => {
    const names = namesIn(root);
    for (const name of names) {
      if (!stops.has(name) && stops.size < maxFolders) stops.set(name, watchFolder(join(root, name), soon));
    }
    for (const [name, stop] of stops) {
      if (names.has(name)) continue;
      stop();
      stops.delete(name);
    }
  };
  let pending: NodeJS.Timeout | undefined;
  const soon = (): void => {
    pending ??= setTimeout(() => {
      pending = undefined;
      look();
      changed();
    }, 50);
  };
  const stopRoot = watchFolder(root, soon);
  look();
  return () => {
    clearTimeout(pending);
    stopRoot();
    for (const stop of stops.values()) stop();
  };
}

function namesIn(root: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])));
  } catch {
    // Not there yet: the watch of the root tells when it is.
    return new Set();
  }
}
