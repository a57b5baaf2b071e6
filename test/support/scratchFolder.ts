import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { exitOnSignals } from './exitSignals.js';

/** A folder for one run, removed at the end, also when the process exits early. */
export interface ScratchFolder {
  readonly folder: string;
  readonly remove: () => void;
}

/**
 * Makes a folder `skein-<purpose>-…` in the temporary folder. Its path is short on purpose: sockets are made in it, and
 * the path of a socket has at most 107 bytes.
 */
export function makeScratchFolder(purpose: string): ScratchFolder {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), `skein-${purpose}-`)));
  const remove = (): void => {
    process.off('exit', remove);
    // What is still being killed may write for a moment.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  process.once('exit', remove);
  exitOnSignals();
  return { folder, remove };
}

/** Runs with a scratch folder that is gone afterwards, whatever happened. */
export async function withScratchFolder<T>(purpose: string, run: (folder: string) => Promise<T>): Promise<T> {
  const { folder, remove } = makeScratchFolder(purpose);
  try {
    return await run(folder);
  } finally {
    remove();
  }
}
