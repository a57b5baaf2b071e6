#!/usr/bin/env node
// Nothing is imported but Node's own `module`: the compile cache only serves what is loaded after it is on.
import * as module from 'node:module';

// VS Code's shims run this file with its Electron as Node. Whatever is started from here must not inherit that.
delete process.env['ELECTRON_RUN_AS_NODE'];
// Absent before Node 22.8.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const { main } = await import('./main.js');
process.exitCode = await main(process.argv.slice(2));
