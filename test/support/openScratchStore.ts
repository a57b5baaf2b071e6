import type { TestContext } from 'node:test';
import * as path from 'node:path';
import { openStore, type OpenStoreOptions } from '../../src/store/openStore.js';
import { sessionPaths, type SessionPaths } from '../../src/store/sessionPaths.js';
import type { Store } from '../../src/store/store.js';
import { makeScratchFolder } from './scratchFolder.js';

export interface OpenScratchStore {
  readonly store: Store;
  /** The folder that the store is in. */
  readonly folder: string;
  paths(id: string): SessionPaths;
  /** The same store as another surface has it open. */
  again(surface?: string): Store;
}

/** An open store of its own for one test, with nothing in it. */
export function openScratchStore(t: TestContext, options: Partial<OpenStoreOptions> = {}): OpenScratchStore {
  const { folder, remove } = makeScratchFolder('store');
  t.after(remove);
  const root = path.join(folder, '.skein');
  const open = (surface: string): Store => openStore(root, { actor: { program: 'test', surface }, ...options });
  return {
    store: open('test'),
    folder,
    paths: (id) => sessionPaths(path.join(root, 'sessions'), id),
    again: (surface = 'test') => open(surface),
  };
}
