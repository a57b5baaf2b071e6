// `npm run bench [list|append|size|host]…`: figures of one run, as a table on stderr and as JSON on stdout. Exits 1 when one is over its bound.
import { cpus } from 'node:os';
import { withScratchFolder } from '../support/scratchFolder.js';
import { appendBench } from './appendBench.js';
import { tableOf, type Figure } from './figure.js';
import { hostBench } from './hostBench.js';
import { listBench } from './listBench.js';
import { sizeBench } from './sizeBench.js';

const benches: Readonly<Record<string, (scratch: string) => Promise<readonly Figure[]> | readonly Figure[]>> = {
  list: listBench,
  append: appendBench,
  size: sizeBench,
  host: hostBench,
};

const asked = process.argv.slice(2);
const figures: Figure[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  figures.push(...(await withScratchFolder('bench', async (scratch) => run(scratch))));
}
process.stderr.write(`${tableOf(figures)}\n`);
process.stdout.write(`${JSON.stringify({ node: process.version, cpus: cpus().length, figures }, undefined, 2)}\n`);
process.exitCode = figures.length > 0 && figures.every(({ value, bound }) => value <= bound) ? 0 : 1;
