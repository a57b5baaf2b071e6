import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clinvkSession, makeClinvkHome } from '../support/clinvkHome.js';
import { processesWith } from '../support/processesWith.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { until } from '../support/until.js';
import { bundleWorker } from '../support/workerBundle.js';

const outsider = fileURLToPath(new URL('../support/clinvkOutsider.sh', import.meta.url));
const other = '643c3c501813b030a265845aff574fcf';
const removed = '39c89327f38d4a34197f0b03d15aa250';

interface Record {
  readonly title?: string;
  readonly tags?: readonly string[];
  readonly turn_count: number;
}

const markName = 'SKEIN_TEST_RUN';

/** Starts a program, marked in its environment and in that of all that it starts; `ended` gives what it wrote and its exit code. */
function started(mark: string, program: string, ...args: readonly string[]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, [markName]: mark } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, ended: once(child, 'close').then(([code]) => ({ said, code: code as number | null })) };
}

describe('clinvk’s store, in the hands of several processes and of flock(1)', () => {
  const scratch = makeScratchFolder('clinvk-many');
  const home = join(scratch.folder, 'home');
  const mark = scratch.folder;
  let sessions: string;
  let worker: string;
  let holder: string;
  const record = async (id: string): Promise<Record> => JSON.parse(await readFile(join(sessions, `${id}.json`), 'utf8')) as Record;

  before(async () => {
    sessions = await makeClinvkHome(home, '/projects/elsewhere');
    // The one that the real program left knows one session of eleven.
    await rm(join(sessions, 'index.json'));
    [worker, holder] = await Promise.all([bundleWorker('clinvkWorker', scratch.folder), bundleWorker('flockHolder', scratch.folder)]);
  });
  after(() => scratch.remove());

  test('no change is lost, no index outlives one, and nothing is left behind', async () => {
    const times = 25;
    // What clinvk makes itself: the lock stays where one of ours was the last to hold it, as others may wait for it.
    const shared = new Set(['index.json', 'store.lock']);
    const names = (await readdir(sessions)).filter((name) => !shared.has(name)).sort();
    const [first, second, third] = await Promise.all([clinvkSession, other, removed].map(record));
    const work = (verb: string, id: string) => started(mark, process.execPath, worker, home, sessions, verb, id, String(times));
    const turns = (id: string) => started(mark, '/bin/sh', outsider, sessions, join(sessions, `${id}.json`), String(3 * times));
    const all = [
      work('rename', clinvkSession),
      work('tag', clinvkSession),
      work('rename', other),
      work('remove', removed),
      turns(clinvkSession),
      turns(clinvkSession),
      turns(other),
    ];
    for (const { ended } of all) assert.deepEqual(await ended, { said: '', code: 0 });
    const title = `title ${String(times)}`;
    assert.deepEqual(await record(clinvkSession), {
      ...first,
      title,
      tags: [`tag-${String(times)}`, 'kept'],
      turn_count: first!.turn_count + 6 * times,
    });
    assert.deepEqual(await record(other), { ...second, title, turn_count: second!.turn_count + 3 * times });
    assert.deepEqual(await record(removed), third);
    assert.deepEqual((await readdir(sessions)).filter((name) => !shared.has(name)).sort(), names);
    assert.deepEqual(await processesWith(`${markName}=${mark}`), []);
  });

  test('the lock of a process that is killed is free at once, and nothing of it runs on', async () => {
    const lock = join(sessions, 'store.lock');
    const { child, ended } = started(mark, process.execPath, holder, lock);
    await once(child.stdout, 'data');
    assert.equal((await started(mark, 'flock', '-n', lock, 'true').ended).code, 1, 'it is held');
    child.kill('SIGKILL');
    await ended;
    assert.equal((await started(mark, 'flock', '-w', '30', lock, 'true').ended).code, 0);
    await until('all that it started ends', async () => (await processesWith(`${markName}=${mark}`)).length === 0);
  });
});
