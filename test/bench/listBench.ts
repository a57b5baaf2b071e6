import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { bundleWorker } from '../support/workerBundle.js';
import { ratio, type Figure } from './figure.js';
import { fillStore, sampleId } from './sampleStore.js';

const cli = join(import.meta.dirname, '../../dist/cli/skein.js');
const rounds = 15;
/** Milliseconds until the list was built, and until rows of it were given. */
const coldSchema = z.tuple([z.number(), z.number()]);

/** `skein sessions list --limit 50` against `node -e 0`, 100,000 against 10,000, and a list with no cache against a bare read and parse. */
export async function listBench(scratch: string): Promise<readonly Figure[]> {
  const coldList = await bundleWorker('coldList', scratch);
  const small = join(scratch, 'small');
  const large = join(scratch, 'large');
  for (const dir of [small, large]) mkdirSync(dir);
  fillStore(small, 10_000);
  fillStore(large, 100_000);
  const env = { PATH: process.env['PATH'], HOME: join(scratch, 'home'), SKEIN_HOME: join(scratch, 'home/.skein') };
  const run = (args: readonly string[], cwd: string): Buffer =>
    execFileSync(process.execPath, args, { cwd, env, stdio: 'pipe', maxBuffer: 1 << 30 });
  const time = (args: readonly string[], cwd: string): number => {
    const start = performance.now();
    run(args, cwd);
    return performance.now() - start;
  };
  const list = (dir: string): number => time([cli, 'sessions', 'list', '--limit', '50'], dir);
  // What a process takes to start is no part of building a list: each side tells its own time.
  const cold = (side: 'store' | 'bare'): z.infer<typeof coldSchema> =>
    coldSchema.parse(JSON.parse(run([coldList, side, small], small).toString()));

  list(small);
  list(large);
  const times = {
    node: new Array<number>(),
    small: new Array<number>(),
    large: new Array<number>(),
    cold: new Array<number>(),
    shown: new Array<number>(),
    bare: new Array<number>(),
  };
  // Each round times everything once, so that a machine that slows down slows all of it.
  for (let round = 0; round < rounds; round++) {
    refuseStale(small, round, () => run([cli, 'sessions', 'list', '--limit', '50'], small).toString());
    list(small);
    times.node.push(time(['-e', '0'], small));
    times.small.push(list(small));
    if (round % 3 === 0) times.large.push(list(large));
    const [built, shown] = cold('store');
    times.cold.push(built);
    times.shown.push(shown);
    times.bare.push(cold('bare')[0]);
    list(small);
  }
  if (readdirSync(join(small, '.skein/sessions')).length < 20_000) throw new Error('the store lost files while it was listed');
  return [
    ratio('list of 10,000 sessions, against node -e 0', 4, 'least', ['list', times.small], ['node', times.node]),
    ratio('list of 100,000 sessions, against 10,000', 6, 'least', ['100,000', times.large], ['10,000', times.small]),
    ratio('building the list with no cache, against a bare read and parse', 1.5, 'least', ['store', times.cold], ['bare', times.bare]),
    // Each row that is shown is read again and checked by the whole schema, whose loading is most of it.
    ratio('the same, and 50 rows of it', undefined, 'least', ['store', times.shown], ['bare', times.bare]),
  ];
}

/** A row that another program edits in place must show at the next list: timing a list that lies is worth nothing. */
function refuseStale(dir: string, round: number, list: () => string): void {
  const file = join(dir, '.skein/sessions', `${sampleId(9_990 + (round % 10))}.json`);
  const title = `Edited ${String(Date.now())} in round ${String(round)}`;
  const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...record, title }));
  if (!list().includes(title)) throw new Error(`a stale row: ${file}`);
}
