#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadWithCodeCache } from './codeCache.js';
import type * as Main from './main.js';

// VS Code's shims run this file with its Electron as Node. Whatever is started from here must not inherit that.
delete process.env['ELECTRON_RUN_AS_NODE'];

const args = process.argv.slice(2);
const built = fileURLToPath(new URL('main.cjs', import.meta.url));
if (existsSync(built)) {
  // The code of each verb is kept apart, so that it is what that verb runs. Other words may be a prompt, and name no file.
  const [group, verb = ''] = args;
  const { exports, keep } = loadWithCodeCache(built, group === 'sessions' && /^[a-z]+$/.test(verb) ? verb : 'any');
  process.exitCode = await (exports as typeof Main).main(args);
  if (process.exitCode === 0) keep();
  // Nothing is under way or waits for the end: Node would still wait for V8 to optimise what has run for the last time, a tenth of a list's time.
  if (process.getActiveResourcesInfo().length === 0 && process.listenerCount('beforeExit') === 0) process.exit();
} else {
  process.exitCode = await (await import('./main.js')).main(args);
}
