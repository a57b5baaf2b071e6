// This order matters: the modules are evaluated one after the other, with nothing in between.
import { restoreProcessHooks } from './processHooks.js';
import lockfile from 'proper-lockfile';

restoreProcessHooks();

/** proper-lockfile, without what it does to the process that loads it. */
export const lockLibrary = lockfile;
