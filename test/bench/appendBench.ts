import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../src/model/entry.js';
import { openStore } from '../../src/store/openStore.js';
import { ratio, type Figure } from './figure.js';

const batchSize = 20;
/** Batches in the transcript that a late append comes to, and appends that are timed. */
const before = 10_000;
const rounds = 2_000;

const batch = (n: number): Entry[] =>
  Array.from({ length: batchSize }, (_, k) => ({
    type: 'message',
    id: `${String(n)}-${String(k)}`,
    timestamp: new Date().toISOString(),
    message: {
      role: k % 2 === 0 ? 'user' : 'assistant',
      content: [{ type: 'text', text: `line ${String(k)} of batch ${String(n)}: `.padEnd(400, 'x') }],
    },
  }));

/** An append of a batch against a bare append and fsync of the same bytes, and a late append against an early one. */
export async function appendBench(scratch: string): Promise<readonly Figure[]> {
  const root = join(scratch, 'append/.skein');
  mkdirSync(root, { recursive: true });
  const store = openStore(root, { actor: { program: 'bench', surface: 'bench' } });
  const long = await store.create({ workdir: scratch });
  for (let n = 0; n < before; n++) await store.append(long.id, batch(n));

  const bare = openSync(join(scratch, 'append/bare.jsonl'), 'a');
  const bareAppend = (entries: readonly Entry[]): void => {
    writeSync(bare, Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')));
    fsyncSync(bare);
  };
  const times = { late: new Array<number>(), early: new Array<number>(), bare: new Array<number>() };
  // One after the other, so that a disk that slows down slows all three. A transcript stays an early one for a hundred appends.
  let short = long;
  for (let n = 0; n < rounds; n++) {
    if (n % 100 === 0) short = await store.create({ workdir: scratch });
    const entries = batch(before + n);
    const sides: readonly (readonly [number[], () => Promise<void> | void])[] = [
      [times.late, () => store.append(long.id, entries)],
      [times.early, () => store.append(short.id, entries)],
      [times.bare, () => bareAppend(entries)],
    ];
    // Each comes first as often as the others: a flush also pays for what the one before it left.
    for (let turn = 0; turn < sides.length; turn++) {
      const [list, append] = sides[(n + turn) % sides.length] ?? [];
      if (append) list?.push(await timed(append));
    }
  }
  closeSync(bare);
  await store.settle(long.id);
  const { entries } = await store.entries(long.id, { last: 1 });
  if (entries[0]?.id !== batch(before + rounds - 1).at(-1)?.id) throw new Error('what was appended cannot be read');
  return [
    ratio('append of a batch, against a bare append and fsync', 2.5, 'median', ['append', times.early], ['bare', times.bare]),
    ratio('an append after 10,000 others, against one after ten', 1.1, 'median', ['late', times.late], ['early', times.early]),
  ];
}

async function timed(act: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}
