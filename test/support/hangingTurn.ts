import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../src/core/openWorkspace.js';
import { silentLogger } from '../../src/model/logger.js';
import { cancelled, say, scriptedCatalog } from './scriptedCatalog.js';
import { until } from './until.js';

// A process that runs a turn which never ends, to be killed: `hangingTurn.ts <folder>`. Prints the session's id when what
// streamed so far is written down.

const agents = scriptedCatalog({
  script: async (_prompt, hooks) => {
    await say(hooks, 'half an ', 'answer');
    return cancelled(hooks);
  },
});
const workspace = await openWorkspace(process.argv[2] ?? '', {
  ...{ program: 'victim', surface: 'victim', env: process.env, logger: silentLogger, trusted: () => true },
  agents,
});
const { id } = await workspace.create({ backend: 'scripted' });
await workspace.startTurn(id, { content: [{ type: 'text', text: 'go' }] });
const partial = join(workspace.root, 'sessions', id, 'partial.jsonl');
await until('what streamed is written down', () => readFileSync(partial, 'utf8').includes('half an answer'));
process.stdout.write(`${id}\n`);
setInterval(() => undefined, 60_000);
