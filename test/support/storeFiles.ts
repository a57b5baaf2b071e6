import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import * as path from 'node:path';
import { isSystemError } from '../../src/store/fileError.js';

/** What programs write for themselves: it comes and goes. */
const own = /^(?:cache|salvage|journal\.jsonl|trash$|salvage$|pending$)/;

/** The files and links under a folder with what is in them, without a store's own bookkeeping and what has to do with `ids`. */
export function storeFiles(root: string, ids: readonly string[] = []): ReadonlyMap<string, string> {
  return new Map(
    [...everything(root)].filter(([name]) => !own.test(name) && !ids.some((id) => name.includes(id))).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** All files under a folder, what is in them as a digest; links as where they lead. */
export function everything(root: string, inside = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of namesIn(path.join(root, inside))) {
    const [below, file] = [path.posix.join(inside, name), path.join(root, inside, name)];
    const stat = lstatSync(file, { throwIfNoEntry: !name.endsWith('.lock') });
    if (!stat) continue;
    if (stat.isDirectory()) for (const each of everything(root, below)) found.set(...each);
    else
      found.set(
        below,
        stat.isSymbolicLink() ? `link to ${readlinkSync(file)}` : createHash('sha256').update(readFileSync(file)).digest('hex'),
      );
  }
  return found;
}

/** The folder of a lock that was let go is removed behind its holder's back: at any moment here. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (folder.endsWith('.lock') && isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
