// `npm run bench [append|list|source|search|replay|turn|size|host]…`: figures of one run, as a table on stderr, and as JSON on stdout and in
// dist/bench.json. Exits 1 when one is over its bound, and names it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { withScratchFolder } from '../support/scratchFolder.js';
import { appendBench } from './appendBench.js';
import { isMissed, tableOf, type Figure } from './figure.js';
import { hostBench } from './hostBench.js';
import { listBench } from './listBench.js';
import { replayBench } from './replayBench.js';
import { searchBench } from './searchBench.js';
import { sizeBench } from './sizeBench.js';
import { sourceBench } from './sourceBench.js';
import { turnBench } from './turnBench.js';

const benches: Readonly<Record<string, (scratch: string) => Promise<readonly Figure[]> | readonly Figure[]>> = {
  append: appendBench,
  list: listBench,
  source: sourceBench,
  search: searchBench,
  replay: replayBench,
  turn: turnBench,
  size: sizeBench,
  host: hostBench,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(benches, name));
if (unknown !== undefined) throw new Error(`no bench "${unknown}": there are ${Object.keys(benches).join(', ')}`);

const load = { before: loadavg()[0] };
const figures: Figure[] = [];
const failed: string[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  // What the one before left to be written must not slow this one down.
  if (process.platform !== 'win32') execFileSync('sync');
  const start = performance.now();
  try {
    figures.push(...(await withScratchFolder('bench', async (scratch) => run(scratch))));
  } catch (error) {
    // The figures of the others are worth having all the same.
    failed.push(name);
    process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  process.stderr.write(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}
const machine = { node: process.version, cpus: availableParallelism(), load: { ...load, after: loadavg()[0] } };
const json = `${JSON.stringify({ ...machine, figures: figures.map((figure) => ({ ...figure, missed: isMissed(figure) })) }, undefined, 2)}\n`;
const dist = join(import.meta.dirname, '../../dist');
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, 'bench.json'), json);
process.stdout.write(json);
process.stderr.write(`${tableOf(figures)}\n`);
const missed = figures.filter(isMissed);
for (const { name, value, unit, bound } of missed)
  process.stderr.write(`over its bound: ${name}: ${value.toFixed(2)} ${unit} of ${String(bound)}\n`);
for (const name of failed) process.stderr.write(`not measured: ${name}\n`);
process.exitCode = missed.length + failed.length === 0 ? 0 : 1;
