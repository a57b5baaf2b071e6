import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ratio, type Figure } from './figure.js';
import { fillStore, sampleId } from './sampleStore.js';

const cli = join(import.meta.dirname, '../../dist/cli/skein.js');
const bareRead = `const fs = require('node:fs'), p = process.argv[1] + '/.skein/sessions/'; for (const n of fs.readdirSync(p)) if (n.endsWith('.json')) JSON.parse(fs.readFileSync(p + n, 'utf8'));`;

/** `skein sessions list --limit 50` against `node -e 0`, 100,000 against 10,000, and a list with no cache against a bare read and parse. */
export function listBench(scratch: string): readonly Figure[] {
  const small = join(scratch, 'small');
  const large = join(scratch, 'large');
  for (const dir of [small, large]) mkdirSync(dir);
  fillStore(small, 10_000);
  fillStore(large, 100_000);
  const env = { PATH: process.env['PATH'], HOME: join(scratch, 'home'), SKEIN_HOME: join(scratch, 'home/.skein') };
  const time = (args: readonly string[], cwd: string): number => {
    const start = performance.now();
    execFileSync(process.execPath, args, { cwd, env, stdio: 'pipe', maxBuffer: 1 << 28 });
    return performance.now() - start;
  };
  const list = (dir: string): number => time([cli, 'sessions', 'list', '--limit', '50'], dir);
  // A row that another program edits in place must show at once: timing a list that lies is worth nothing.
  const stale = (dir: string, n: number): void => {
    const file = join(dir, '.skein/sessions', `${sampleId(n)}.json`);
    const title = `Edited ${String(Date.now())} ${String(n)}`;
    const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...record, title }));
    const out = execFileSync(process.execPath, [cli, 'sessions', 'list', '--json'], { cwd: dir, env, maxBuffer: 1 << 30 }).toString();
    if (!out.includes(title)) throw new Error(`a stale row: ${file}`);
  };

  list(small);
  list(large);
  stale(small, 5_000);
  list(small);
  const [none, ten, hundred, cold, bare]: number[][] = [[], [], [], [], []];
  for (let run = 0; run < 9; run++) {
    none?.push(time(['-e', '0'], small));
    ten?.push(list(small));
    if (run < 5) hundred?.push(list(large));
    rmSync(join(small, '.skein/cache'), { recursive: true, force: true });
    cold?.push(list(small));
    bare?.push(time(['-e', bareRead, small], small));
    list(small);
  }
  if (readdirSync(join(small, '.skein/sessions')).length < 20_000) throw new Error('the store lost files while it was listed');
  return [
    ratio('list of 10,000 sessions, against node -e 0', 4, ['list', ten ?? []], ['node', none ?? []]),
    ratio('list of 100,000 sessions, against 10,000', 6, ['100,000', hundred ?? []], ['10,000', ten ?? []]),
    ratio('list with no cache, against a bare read and parse', 1.5, ['cold list', cold ?? []], ['bare', bare ?? []]),
  ];
}
