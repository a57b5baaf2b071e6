// One side of a figure of test/bench/sourceBench.ts, in a process of its own. `foreignList NAME HOME CACHE` lists that program's
// sessions twice; `bare FOLDER` reads 64 kB of each file in it, then looks at the state of each; `bare FILE.db` reads 64 kB of
// each of a database's sessions, and then their rows alone. Prints the milliseconds of the first and of the second, and the most memory that was used, in MB.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
// Whoever lists has it: how long it takes to load is no part of a list.
import '../../src/model/row.js';
import { openSources } from '../../src/sources/sourceList.js';

const [name = '', place = '', cache = ''] = process.argv.slice(2);

const headBytes = 64 * 1024;

async function lists(): Promise<readonly number[]> {
  const source = openSources({ env: { HOME: place }, cache }).find((each) => each.name === name);
  const list = async (): Promise<void> => {
    const found = await source?.list();
    if ((found?.rows.length ?? 0) < 1000) throw new Error(`${name} lists ${String(found?.rows.length)} sessions`);
  };
  return [await timed(list), await timed(list)];
}

async function bare(): Promise<readonly number[]> {
  if (place.endsWith('.db')) {
    const database = new DatabaseSync(place, { readOnly: true });
    const sessions = database.prepare('select * from session');
    const said = ['message', 'part'].map((table) => database.prepare(`select data from ${table} where session_id = ?`));
    const heads = (): void => {
      for (const { id } of sessions.all()) {
        let read = 0;
        for (const rows of said) for (const { data } of rows.iterate(id ?? null)) if ((read += String(data).length) >= headBytes) break;
      }
    };
    return [await timed(heads), await timed(() => void sessions.all())];
  }
  const buffer = Buffer.allocUnsafe(headBytes);
  const heads = (): void => {
    for (const file of readdirSync(place)) {
      const handle = openSync(join(place, file), 'r');
      readSync(handle, buffer, 0, buffer.length, 0);
      closeSync(handle);
    }
  };
  const states = (): void => {
    for (const file of readdirSync(place)) statSync(join(place, file));
  };
  return [await timed(heads), await timed(states)];
}

async function timed(act: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

const times = await (name === 'bare' ? bare() : lists());
process.stdout.write(JSON.stringify([...times, process.resourceUsage().maxRSS / 1024]));
