import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '../../src/model/logger.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { withLock, type LockOptions } from '../../src/store/lock.js';
import { thisOwner } from '../../src/store/owner.js';
import { probedPort } from '../support/probedPort.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

const options: LockOptions = { port: nodeFilePort, program: 'test', logger: silentLogger };

function scratchLock(t: TestContext): string {
  const { folder, remove } = makeScratchFolder('lock');
  t.after(remove);
  return path.join(folder, 'a.lock');
}

/** A lock as another program leaves it. */
function plant(lock: string, owner: object | string, mark = 'owner-beef.json'): string {
  mkdirSync(lock);
  const file = path.join(lock, mark);
  writeFileSync(file, typeof owner === 'string' ? owner : JSON.stringify(owner));
  return file;
}

const me = (nonce = 'beef') => thisOwner('other', nonce);
const dead = async () => ({ ...(await me()), start: '1' });

test('one at a time in a process, in the order in which they came, and nothing is left', async (t) => {
  const lock = scratchLock(t);
  const order: string[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      withLock(lock, options, async () => {
        order.push(name);
        await delay(5);
        order.push(name);
      }),
    ),
  );
  assert.deepEqual(order.join(''), 'aabbcc');
  await withLock(lock, options, () => Promise.resolve());
  while (existsSync(lock)) await delay(5);
  assert.deepEqual(readdirSync(path.dirname(lock)), []);
});

test('the mark says who holds it from the instant the lock is there', async (t) => {
  const lock = scratchLock(t);
  await withLock(lock, options, () => {
    const [mark = '', ...others] = readdirSync(lock);
    assert.deepEqual(others, []);
    const owner = JSON.parse(readFileSync(path.join(lock, mark), 'utf8')) as Record<string, unknown>;
    assert.deepEqual([owner['program'], owner['pid'], `owner-${String(owner['nonce'])}.json`], ['test', process.pid, mark]);
    return Promise.resolve();
  });
});

test('what fails inside is reported and the lock given back', async (t) => {
  const lock = scratchLock(t);
  await assert.rejects(
    withLock(lock, options, () => Promise.reject(new Error('inside'))),
    /inside/,
  );
  assert.equal(await withLock(lock, options, () => Promise.resolve(1)), 1);
});

describe('a lock of another', () => {
  test('that lives is waited for, then reported with its holder', async (t) => {
    const lock = scratchLock(t);
    const mark = plant(lock, await me());
    await assert.rejects(
      withLock(lock, { ...options, waitMs: 100 }, () => Promise.resolve()),
      { code: 'busy', message: new RegExp(`locked by other \\(pid ${String(process.pid)} on `) },
    );
    assert.ok(existsSync(mark));
    assert.deepEqual(readdirSync(path.dirname(lock)), ['a.lock']);
    unlinkSync(mark);
    assert.equal(await withLock(lock, options, () => Promise.resolve('free')), 'free');
  });

  test('whose pid was given to a later process is taken over', async (t) => {
    const lock = scratchLock(t);
    plant(lock, await dead());
    assert.equal(await withLock(lock, options, () => Promise.resolve('mine')), 'mine');
  });

  test('that is empty is free', async (t) => {
    const lock = scratchLock(t);
    mkdirSync(lock);
    assert.equal(await withLock(lock, options, () => Promise.resolve('mine')), 'mine');
  });

  for (const [name, owner] of [
    ['of another host', async () => ({ ...(await me()), host: 'elsewhere' })],
    ['of another container', async () => ({ ...(await me()), boot: 'another' })],
    ['whose mark a power cut emptied', () => Promise.resolve('')],
  ] as const) {
    test(`${name} is taken over by time alone`, async (t) => {
      const lock = scratchLock(t);
      const mark = plant(lock, await owner());
      await assert.rejects(
        withLock(lock, { ...options, waitMs: 50 }, () => Promise.resolve()),
        { code: 'busy' },
      );
      utimesSync(mark, new Date(), new Date(Date.now() - 61_000));
      assert.equal(await withLock(lock, options, () => Promise.resolve('mine')), 'mine');
    });
  }

  test('that is no lock is never removed', async (t) => {
    const lock = scratchLock(t);
    const stranger = plant(lock, 'thesis', 'thesis.txt');
    await assert.rejects(
      withLock(lock, { ...options, waitMs: 50 }, () => Promise.resolve()),
      { code: 'busy', hint: /remove/ },
    );
    assert.ok(existsSync(stranger));
    rmSync(lock, { recursive: true });
    writeFileSync(lock, 'a file');
    await assert.rejects(
      withLock(lock, { ...options, waitMs: 50 }, () => Promise.resolve()),
      { code: 'busy' },
    );
    assert.equal(readFileSync(lock, 'utf8'), 'a file');
  });
});

test('a taker-over that comes late does not remove the successor of the dead', async (t) => {
  const lock = scratchLock(t);
  const deadMark = plant(lock, await dead());
  const successor = await me('cafe');
  let interfered = false;
  const port = probedPort(nodeFilePort, {
    before: (call, args) => {
      if (call !== 'unlink' || args[0] !== deadMark || interfered) return;
      // Between our look and our act another process takes over, wholly.
      interfered = true;
      unlinkSync(deadMark);
      rmdirSync(lock);
      plant(lock, successor, 'owner-cafe.json');
    },
  });
  await assert.rejects(
    withLock(lock, { ...options, port, waitMs: 100 }, () => Promise.resolve()),
    { code: 'busy' },
  );
  assert.ok(interfered);
  assert.deepEqual(readdirSync(lock), ['owner-cafe.json']);
});

test('a lock that was taken away is noticed before the rename, and its successor is left alone', async (t) => {
  const lock = scratchLock(t);
  const successor = await me('cafe');
  await withLock(lock, options, async (held) => {
    await held.assert();
    rmSync(lock, { recursive: true });
    await assert.rejects(held.assert(), { code: 'busy' });
    plant(lock, successor, 'owner-cafe.json');
    await assert.rejects(held.assert(), { code: 'busy' });
  });
  assert.deepEqual(readdirSync(lock), ['owner-cafe.json']);
});

test('a lock that this process could not give back is its own again', async (t) => {
  const lock = scratchLock(t);
  let broken = true;
  const port = probedPort(nodeFilePort, {
    before: (call) => {
      if (broken && call === 'unlink') throw Object.assign(new Error('I/O error'), { code: 'EIO' });
    },
  });
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  assert.equal(await withLock(lock, { ...options, port, logger }, () => Promise.resolve('written')), 'written');
  assert.equal(warnings.length, 1);
  broken = false;
  assert.equal(await withLock(lock, { ...options, waitMs: 0 }, () => Promise.resolve('again')), 'again');
});

test('a failure at any call while taking a lock is told, and leaves no lock behind', async (t) => {
  for (let failing = 1; failing <= 5; failing++) {
    const lock = scratchLock(t);
    let calls = 0;
    const port = probedPort(nodeFilePort, {
      before: () => {
        if (++calls === failing) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      },
    });
    await assert.rejects(
      withLock(lock, { ...options, port }, () => Promise.resolve()),
      { code: 'disk_full' },
    );
    assert.deepEqual(readdirSync(path.dirname(lock)), []);
  }
});

test('a lock that is a link is not looked through: what is where it leads stays', async (t) => {
  const lock = scratchLock(t);
  const elsewhere = `${lock}.elsewhere`;
  plant(elsewhere, await dead());
  symlinkSync(elsewhere, lock);
  await assert.rejects(
    withLock(lock, { ...options, waitMs: 50 }, () => Promise.resolve()),
    { code: 'busy' },
  );
  assert.deepEqual(readdirSync(elsewhere), ['owner-beef.json']);
});
