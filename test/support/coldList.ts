// One side of a figure of test/bench/listBench.ts, in a process of its own: `store DIR` builds the list of a store that has no cache and
// then gives 50 rows of it, `bare DIR` reads and parses the same files. Prints the milliseconds that took, and those up to the rows.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/openStore.js';

const [side, dir = ''] = process.argv.slice(2);
const root = join(dir, '.skein');

async function list(): Promise<number> {
  const store = openStore(root, { actor: { program: 'bench', surface: 'bench' } });
  const { total } = await store.query({ limit: 0 });
  const built = performance.now();
  const { rows } = await store.query({ limit: 50 });
  if (total === 0 || rows.length !== 50) throw new Error(`${String(rows.length)} of ${String(total)} sessions were listed`);
  return built;
}

function readBare(): void {
  const folder = join(root, 'sessions/');
  for (const name of readdirSync(folder)) if (name.endsWith('.json')) JSON.parse(readFileSync(folder + name, 'utf8'));
}

rmSync(join(root, 'cache'), { recursive: true, force: true });
const start = performance.now();
let built: number;
if (side === 'store') built = await list();
else {
  readBare();
  built = performance.now();
}
process.stdout.write(JSON.stringify([built - start, performance.now() - start]));
