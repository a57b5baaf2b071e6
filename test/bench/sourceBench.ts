import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { foreignStores } from '../support/foreignStores.js';
import { bundleWorker } from '../support/workerBundle.js';
import { ratio, type Figure } from './figure.js';
import { forgetFiles } from './forgetFiles.js';
import { ownListing } from './ownListing.js';

const count = 10_000;
const bytes = 150_000;
const rounds = 5;

const timesSchema = z.tuple([z.number(), z.number(), z.number()]);

const programs = [
  { name: 'claude', title: 'Claude Code', make: (home: string) => foreignStores.claude(home, count, bytes) },
  { name: 'codex', title: 'Codex', make: (home: string) => foreignStores.codex(home, count, bytes) },
  { name: 'opencode', title: 'OpenCode', make: (home: string) => foreignStores.opencode(home, count, bytes) },
] as const;

/**
 * 10,000 sessions of another program: listed for the first time, again in the same process, by the next process, and by itself.
 * A first time is one whose files the system does not hold in memory, as they are days or months old; how long it takes when they
 * all happen to be there is told beside it.
 */
export async function sourceBench(scratch: string): Promise<readonly Figure[]> {
  const worker = await bundleWorker('foreignList', scratch);
  const ownWorker = await bundleWorker('ownListing', scratch);
  const run = (...args: readonly string[]): z.infer<typeof timesSchema> =>
    timesSchema.parse(JSON.parse(execFileSync(process.execPath, [worker, ...args], { encoding: 'utf8' })));
  const figures: Figure[] = [];
  for (const { name, title, make } of programs) {
    const home = join(scratch, name);
    const place = make(home);
    const cache = join(home, 'cache');
    const times = timesOf('first', 'bareFirst', 'held', 'bareHeld', 'again', 'bareAgain', 'kept');
    let memory = 0;
    for (let round = 0; round < rounds; round++) {
      // Each side has its turn in each round, and finds the same state of the system's memory.
      for (const [list, bare, isHeld] of [
        [times.first, times.bareFirst, false],
        [times.held, times.bareHeld, true],
      ] as const) {
        rmSync(cache, { recursive: true, force: true });
        if (!isHeld) forgetFiles(home);
        const [first, again, used] = run(name, home, cache);
        if (!isHeld) forgetFiles(home);
        const [read, stat] = run('bare', place);
        list.push(first);
        bare.push(read);
        times.again.push(again);
        times.bareAgain.push(stat);
        memory = Math.max(memory, used);
      }
      times.kept.push(run(name, home, cache)[0]);
    }
    const isDatabase = place.endsWith('.db');
    figures.push(
      ratio(
        `${title}: 10,000 sessions for the first time, against 64 kB of each`,
        1.3,
        'median',
        ['list', times.first],
        ['bare', times.bareFirst],
      ),
      ratio(`${title}: the same with all of it in memory`, undefined, 'least', ['list', times.held], ['bare', times.bareHeld]),
      ratio(
        `${title}: again, against ${isDatabase ? 'a query of all' : 'readdir and stat'}`,
        2,
        'least',
        ['list', times.again],
        ['bare', times.bareAgain],
      ),
      // Of a database nothing is kept.
      ...(isDatabase
        ? []
        : [ratio(`${title}: by the next process, against the first time`, 1, 'least', ['next', times.kept], ['first', times.held])]),
      { name: `${title}: most memory of a process that lists them`, value: memory * 1000, unit: 'kB', bound: 200_000, of: {} },
      ...ownListing(ownWorker, name, title, home),
    );
    rmSync(home, { recursive: true });
  }
  return figures;
}

const timesOf = <K extends string>(...names: readonly K[]): Record<K, number[]> =>
  Object.fromEntries(names.map((name) => [name, new Array<number>()])) as Record<K, number[]>;
