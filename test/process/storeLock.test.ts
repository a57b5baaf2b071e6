import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '../../src/model/logger.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { withLock } from '../../src/store/lock.js';
import { ownerState, thisOwner } from '../../src/store/owner.js';
import { makeScratchFolder } from '../support/scratchFolder.js';
import { bundleWorker } from '../support/workerBundle.js';

const { folder, remove } = makeScratchFolder('lock');
let holder: string;

before(async () => {
  holder = await bundleWorker('lockHolder', folder);
});
after(remove);

async function start(lock: string, then: 'wait' | 'exit'): Promise<ChildProcess> {
  const child = spawn(process.execPath, [holder, lock, then], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  // The lock library would end the process at any of a dozen signals, a full file's among them.
  assert.equal(line.toString(), 'held, listening to []\n');
  return child;
}

function take(lock: string, waitMs: number): Promise<string> {
  return withLock(lock, { port: nodeFilePort, program: 'test', logger: silentLogger, waitMs }, () => Promise.resolve('taken'));
}

test('a lock is not taken from a process that is stopped, and is when it has died', async () => {
  const lock = path.join(folder, 'stopped.lock');
  const child = await start(lock, 'wait');
  child.kill('SIGSTOP');
  await assert.rejects(take(lock, 500), { code: 'busy', message: new RegExp(`locked by holder \\(pid ${String(child.pid)} on`) });
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await take(lock, 5000), 'taken');
});

test('a process that ends while it holds a lock leaves it to the next', async () => {
  const lock = path.join(folder, 'ended.lock');
  await once(await start(lock, 'exit'), 'exit');
  assert.equal(readdirSync(lock).length, 1);
  assert.equal(await take(lock, 5000), 'taken');
});

test("a process that lost its lock removes nobody else's, neither when it is done nor when it ends", async () => {
  const lock = path.join(folder, 'lost.lock');
  const child = await start(lock, 'wait');
  rmSync(lock, { recursive: true });
  await withLock(lock, { port: nodeFilePort, program: 'test', logger: silentLogger }, async (held) => {
    child.stdin?.write('go on\n');
    await once(child, 'exit');
    await held.assert();
  });
});

test('a zombie is dead, though its pid is still there', async (t) => {
  // A shell that becomes `sleep` never asks how its child ended.
  const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => parent.kill('SIGKILL'));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const stat = (): readonly string[] =>
    readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
      .split(') ')[1]
      ?.split(' ') ?? [];
  while (stat()[0] !== 'Z') await delay(10);
  const owner = { ...(await thisOwner('test', 'abc')), pid, start: stat()[19] ?? '' };
  assert.doesNotThrow(() => process.kill(pid, 0));
  assert.equal(await ownerState(owner), 'dead');
});

test('this process is alive, a later one with its pid is not it, and another host cannot be looked at', async () => {
  const me = await thisOwner('test', 'abc');
  assert.match(me.start, /^\d+$/);
  assert.equal(await ownerState(me), 'alive');
  assert.equal(await ownerState({ ...me, start: '1' }), 'dead');
  assert.equal(await ownerState({ ...me, start: '' }), 'alive');
  assert.equal(await ownerState({ ...me, host: 'elsewhere' }), 'elsewhere');
  assert.equal(await ownerState({ ...me, boot: 'before/pid:[1]' }), 'elsewhere');
});
