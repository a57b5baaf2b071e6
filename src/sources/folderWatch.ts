import { watch, type FSWatcher } from 'node:fs';

/** How often a folder that cannot be watched, or is not there yet, is looked at again. */
const pollMs = 2_000;
const coalesceMs = 100;

/**
 * Calls back, at most every 100 ms, when something in `folder` changed. Where watching fails (no such folder yet, a network
 * file system, no more watches) it calls back every two seconds instead: a needless look is cheap, a missed change is not.
 */
export function watchFolder(folder: string, changed: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let pending: NodeJS.Timeout | undefined;
  const soon = (): void => {
    pending ??= setTimeout(() => {
      pending = undefined;
      changed();
    }, coalesceMs);
  };
  const tryWatch = (): boolean => {
    try {
      watcher = watch(folder, soon);
    } catch {
      return false;
    }
    watcher.on('error', () => {
      watcher?.close();
      watcher = undefined;
    });
    return true;
  };
  tryWatch();
  const poll = setInterval(() => {
    if (watcher) return;
    tryWatch();
    soon();
  }, pollMs);
  poll.unref();
  return () => {
    clearInterval(poll);
    clearTimeout(pending);
    watcher?.close();
  };
}
