import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../src/model/entry.js';
import { openStore } from '../../src/store/openStore.js';
import { ratio, type Figure } from './figure.js';

const batchSize = 20;

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
  const { id } = await store.create({ workdir: scratch });
  const bare = openSync(join(scratch, 'append/bare.jsonl'), 'a');
  const [ours, theirs, early, late]: number[][] = [[], [], [], []];
  const total = 10_000;
  for (let n = 0; n < total; n++) {
    const entries = batch(n);
    const start = performance.now();
    await store.append(id, entries);
    const took = performance.now() - start;
    ours?.push(took);
    if (n >= 10 && n < 510) early?.push(took);
    if (n >= total - 500) late?.push(took);
    if (n % 10 !== 0) continue;
    const bytes = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    const begin = performance.now();
    writeSync(bare, bytes);
    fsyncSync(bare);
    theirs?.push(performance.now() - begin);
  }
  closeSync(bare);
  await store.settle(id);
  const { entries } = await store.entries(id, { last: 1 });
  if (entries.length === 0) throw new Error('what was appended cannot be read');
  return [
    ratio('append of a batch, against a bare append and fsync', 2.5, 'median', ['append', ours ?? []], ['bare', theirs ?? []]),
    ratio('the last 500 of 10,000 appends, against the first', 1.1, 'median', ['late', late ?? []], ['early', early ?? []]),
  ];
}
