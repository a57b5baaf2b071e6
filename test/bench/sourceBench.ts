import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { foreignStores } from '../support/foreignStores.js';
import { bundleWorker } from '../support/workerBundle.js';
import { ratio, type Figure } from './figure.js';
import { ownListing } from './ownListing.js';

const count = 10_000;
const bytes = 150_000;
const rounds = 5;

const timesSchema = z.tuple([z.number(), z.number(), z.number()]);

const programs = [
  { name: 'claude', title: 'Claude Code', make: (home: string) => foreignStores.claude(home, count, bytes) },
  { name: 'codex', title: 'Codex', make: (home: string) => foreignStores.codex(home, count, bytes) },
  { name: 'opencode', title: 'OpenCode', make: (home: string) => foreignStores.opencode(home, count) },
] as const;

/** 10,000 sessions of another program: listed for the first time, again in the same process, by the next process, and by itself. */
export async function sourceBench(scratch: string): Promise<readonly Figure[]> {
  const worker = await bundleWorker('foreignList', scratch);
  const ownWorker = await bundleWorker('ownListing', scratch);
  const run = (...args: readonly string[]): z.infer<typeof timesSchema> =>
    timesSchema.parse(JSON.parse(execFileSync(process.execPath, [worker, ...args], { encoding: 'utf8' })));
  const figures: Figure[] = [];
  for (const { name, title, make } of programs) {
    const home = join(scratch, name);
    const place = make(home);
    if (process.platform !== 'win32') execFileSync('sync');
    const cache = join(home, 'cache');
    const times = {
      first: new Array<number>(),
      again: new Array<number>(),
      kept: new Array<number>(),
      read: new Array<number>(),
      stat: new Array<number>(),
    };
    let memory = 0;
    // Each side finds what it reads in the system's cache, and has its turn in each round.
    run('bare', place);
    for (let round = 0; round < rounds; round++) {
      rmSync(cache, { recursive: true, force: true });
      const [first, again, used] = run(name, home, cache);
      const [kept] = run(name, home, cache);
      const [read, stat] = run('bare', place);
      times.first.push(first);
      times.again.push(again);
      times.kept.push(kept);
      times.read.push(read);
      times.stat.push(stat);
      memory = Math.max(memory, used);
    }
    const [bareFirst, bareAgain] = place.endsWith('.db')
      ? ['reading all of each', 'a query of all']
      : ['64 kB of each', 'readdir and stat'];
    figures.push(
      ratio(
        `${title}: 10,000 sessions for the first time, against ${bareFirst}`,
        1.3,
        'least',
        ['list', times.first],
        ['bare', times.read],
      ),
      ratio(`${title}: again, against ${bareAgain}`, 2, 'least', ['list', times.again], ['bare', times.stat]),
      // Of a database nothing is kept.
      ...(place.endsWith('.db')
        ? []
        : [ratio(`${title}: by the next process, against the first time`, 1, 'least', ['next', times.kept], ['first', times.first])]),
      { name: `${title}: most memory of a process that lists them`, value: memory * 1000, unit: 'kB', bound: 200_000, of: {} },
      ...ownListing(ownWorker, name, title, home),
    );
    rmSync(home, { recursive: true });
  }
  return figures;
}
