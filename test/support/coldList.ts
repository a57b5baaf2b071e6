// One side of a figure of test/bench/listBench.ts, in a process of its own: `store DIR` builds the list of a store that has no cache, `bare DIR`
// reads and parses the same files. Prints the milliseconds that took.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/openStore.js';

const [side, dir = ''] = process.argv.slice(2);
const root = join(dir, '.skein');

async function build(): Promise<void> {
  const store = openStore(root, { actor: { program: 'bench', surface: 'bench' } });
  const { total } = await store.query({ limit: 50 });
  if (total === 0) throw new Error('nothing was listed');
}

function readBare(): void {
  const folder = join(root, 'sessions/');
  for (const name of readdirSync(folder)) if (name.endsWith('.json')) JSON.parse(readFileSync(folder + name, 'utf8'));
}

rmSync(join(root, 'cache'), { recursive: true, force: true });
const start = performance.now();
if (side === 'store') await build();
else readBare();
process.stdout.write(String(performance.now() - start));
