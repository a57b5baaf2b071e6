import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../src/core/openWorkspace.js';
import { silentLogger } from '../../src/model/logger.js';
import { spreadOf, type Figure } from './figure.js';
import { fillStore, sampleId } from './sampleStore.js';

const sessions = 10_000;
const messages = 50;
const wordsOfOne = 30;

/** A search of 10,000 sessions with 500,000 messages as the server does it, the making of its index, and an append to be found. */
export async function searchBench(scratch: string): Promise<readonly Figure[]> {
  const [dir, home] = [join(scratch, 'searched'), join(scratch, 'home')];
  mkdirSync(home, { recursive: true });
  const random = dice(1);
  const talk = (): string =>
    Array.from({ length: messages }, (_, n) => line(Array.from({ length: wordsOfOne }, () => word(random)).join(' '), n)).join('');
  const bytes = fillStore(dir, sessions, talk);
  const workspace = await openWorkspace(dir, {
    ...{ program: 'bench', surface: 'bench', logger: silentLogger, trusted: () => false },
    env: { HOME: home, PATH: process.env['PATH'] },
  });
  try {
    const before = process.cpuUsage();
    await workspace.search('first');
    const { user, system } = process.cpuUsage(before);
    const rate = bytes / (user + system);
    workspace.onChanged(() => undefined);
    const times: number[] = [];
    for (let n = 0; n < 200; n++) {
      const query = queryOf(n);
      const start = performance.now();
      await workspace.search(query);
      times.push(performance.now() - start);
    }
    const spread = [spreadOf(['query', times])];
    const queries = { queries: times.length };
    return [
      {
        name: 'search of 10,000 sessions with 500,000 messages, median',
        value: quantile(times, 0.5),
        unit: 'ms',
        bound: 30,
        of: queries,
        spread,
      },
      { name: 'the same, 95th percentile', value: quantile(times, 0.95), unit: 'ms', bound: 100, of: queries, spread },
      {
        name: 'processor time to index 20 MB of transcripts',
        value: (20 / rate) * 1000,
        unit: 'ms',
        bound: 1000,
        of: { 'MB/s': rate, MB: bytes / 1e6 },
      },
      await appended(dir, workspace),
    ];
  } finally {
    await workspace.dispose();
  }
}

/** How long a line that another program appended takes to be found. */
async function appended(dir: string, workspace: Awaited<ReturnType<typeof openWorkspace>>): Promise<Figure> {
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    const word = `appendix${String(n)}`;
    appendFileSync(join(dir, '.skein', 'sessions', `${sampleId(n * 7)}.jsonl`), line(word, messages + n));
    const start = performance.now();
    while ((await workspace.search(word)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    times.push(performance.now() - start);
  }
  return {
    name: 'an append of another program is found',
    value: quantile(times, 0.5),
    unit: 'ms',
    bound: 1000,
    of: { appends: times.length },
    spread: [spreadOf(['append', times])],
  };
}

function line(text: string, n: number): string {
  const time = new Date(Date.parse('2026-02-01T00:00:00.000Z') + n * 1000).toISOString();
  const message = { role: n % 2 === 0 ? 'user' : 'assistant', content: [{ type: 'text', text }] };
  return `${JSON.stringify({ type: 'message', id: `m${String(n)}`, timestamp: time, message })}\n`;
}

/** What people look for: mostly rarer words, at times a common one, two, a beginning, a phrase, a field. */
function queryOf(n: number): string {
  const random = dice(n + 17);
  const rare = (): string => vocabulary[2000 + Math.floor(random() * 40_000)] ?? '';
  const kinds = [
    rare,
    rare,
    () => `${rare()} ${word(random)}`,
    () => word(random),
    () => rare().slice(0, 4),
    () => `"${rare()}"`,
    () => `${word(random)} backend:codex`,
  ];
  return (kinds[n % kinds.length] ?? rare)();
}

/** Words by rank, the first used most, as in any language. */
const vocabulary: readonly string[] = Array.from({ length: 50_000 }, (_, n) => spell(n));

function spell(n: number): string {
  const [consonants, vowels] = ['bcdfghklmnprstvz', 'aeiou'];
  let [text, rest] = ['', n * 7919 + 13];
  for (let syllable = 0; syllable < 3 || rest > 0; syllable++) {
    text += (consonants[rest % 16] ?? '') + (vowels[Math.floor(rest / 16) % 5] ?? '');
    rest = Math.floor(rest / 80);
  }
  return text;
}

/** The time that a share of all stays below. */
const quantile = (times: readonly number[], share: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;

const word = (random: () => number): string => vocabulary[Math.floor(random() ** 3 * vocabulary.length)] ?? '';

function dice(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
}
