import { statSync, watch, type FSWatcher } from 'node:fs';

/** How often is looked whether the folder is there, and is the one that is watched. */
const lookMs = 2_000;
const coalesceMs = 100;

/**
 * Calls back, at most every 100 ms, when something in `folder` changed, and when it comes or goes. Where it is there and
 * cannot be watched (a network file system, no more watches) it calls back every two seconds instead: a needless look is
 * cheap, a missed change is not.
 */
export function watchFolder(folder: string, changed: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let pending: NodeJS.Timeout | undefined;
  let mark = markOf(folder);
  const soon = (): void => {
    pending ??= setTimeout(() => {
      pending = undefined;
      changed();
    }, coalesceMs);
  };
  const end = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  const begin = (): void => {
    try {
      watcher = watch(folder, { persistent: false }, soon);
      watcher.on('error', end);
    } catch {
      // Looked at in turn instead.
      watcher = undefined;
    }
  };
  if (mark !== undefined) begin();
  const looking = setInterval(() => {
    const now = markOf(folder);
    if (now === mark && (watcher !== undefined || now === undefined)) return;
    mark = now;
    end();
    if (now !== undefined) begin();
    soon();
  }, lookMs);
  looking.unref();
  return () => {
    clearInterval(looking);
    clearTimeout(pending);
    end();
  };
}

/** Which folder is there; `undefined` for none. One made anew often gets the inode of the one before. */
function markOf(folder: string): string | undefined {
  try {
    const stat = statSync(folder, { throwIfNoEntry: false });
    return stat && `${String(stat.ino)} ${String(stat.birthtimeMs)}`;
  } catch {
    // One that may not be looked into is none.
    return undefined;
  }
}
