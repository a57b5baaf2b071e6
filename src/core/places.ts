import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isInside } from '../model/folderPath.js';
import { isSystemError } from '../store/fileError.js';
import type { StoreLocation } from '../store/location.js';

/** Where a session is, seen from a folder: in it, in another worktree of its repository (that one's folder), or elsewhere. */
export type Place = 'here' | 'elsewhere' | { readonly worktree: string };

interface Located {
  readonly workdir: string;
  /** Whether the folder's own store holds it. */
  readonly own: boolean;
  /** Whether it could not be read whole, so that its `workdir` may be missing. */
  readonly problem: boolean;
}

/** Tells where sessions belong. Looks at the disk once for each different `workdir`, since a path may go through links. */
export class Places {
  readonly #dir: string;
  readonly #location: StoreLocation;
  readonly #worktrees: readonly string[];
  readonly #known = new Map<string, { readonly place: Place; readonly gone: boolean }>();

  /** `dir`: the folder looked from, absolute and real. */
  constructor(dir: string, location: StoreLocation) {
    this.#dir = dir;
    this.#location = location;
    // A worktree may lie inside the folder, and is another working tree all the same; it may also hold the folder.
    this.#worktrees = location.worktrees.filter((root) => !isInside(dir, root));
  }

  of({ workdir, own, problem }: Located): Place {
    const { place, gone } = this.#look(workdir);
    if (!own || place !== 'elsewhere') return place;
    // A folder that was moved took its store along: what ran in a folder that is gone is still this store's.
    const moved = gone && dirname(this.#location.root) === this.#dir;
    return workdir === '' || problem || moved ? 'here' : 'elsewhere';
  }

  #look(workdir: string): { place: Place; gone: boolean } {
    const known = this.#known.get(workdir);
    if (known) return known;
    const real = workdir === '' ? '' : realOf(workdir);
    const seen = { place: this.#placeOf(real ?? workdir), gone: real === undefined };
    this.#known.set(workdir, seen);
    return seen;
  }

  #placeOf(path: string): Place {
    const worktree = this.#worktrees.find((root) => isInside(path, root));
    const isMainTop = this.#location.gitRoot === this.#dir && this.#location.mainWorktree === undefined;
    if (worktree !== undefined) return isMainTop ? { worktree } : 'elsewhere';
    return isInside(path, this.#dir) ? 'here' : 'elsewhere';
  }
}

/** `undefined` for a folder that is gone. One that cannot be looked at is taken as it is written. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    return isSystemError(error, 'ENOENT', 'ENOTDIR') ? undefined : path;
  }
}
