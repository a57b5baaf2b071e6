import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { ensureFolder, isTemporary, temporaryPath, writeDurably } from '../../src/store/durable.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { probedPort, type PortCall } from '../support/probedPort.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

describe('a durable write', () => {
  const bytes = Buffer.from('new');

  test('is flushed before its name is there, and the folder after', async (t) => {
    const { folder, remove } = makeScratchFolder('durable');
    t.after(remove);
    const calls: PortCall[] = [];
    await writeDurably(probedPort(nodeFilePort, { before: (call) => calls.push(call) }), path.join(folder, 'a.json'), bytes);
    assert.deepEqual(calls, ['open', 'write', 'sync', 'close', 'rename', 'open', 'sync', 'close']);
    assert.equal(statSync(path.join(folder, 'a.json')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['a.json']);
  });

  test('that fails at any call leaves the old file or the new one, and nothing beside it', async (t) => {
    const { folder, remove } = makeScratchFolder('durable');
    t.after(remove);
    const file = path.join(folder, 'a.json');
    for (let failing = 1; failing <= 8; failing++) {
      writeFileSync(file, 'old');
      let calls = 0;
      const port = probedPort(nodeFilePort, {
        before: () => {
          if (++calls === failing) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        },
      });
      await assert.rejects(writeDurably(port, file, bytes), { code: 'ENOSPC' });
      assert.equal(readFileSync(file, 'utf8'), failing <= 5 ? 'old' : 'new');
      assert.deepEqual(readdirSync(folder), ['a.json']);
    }
  });

  test('goes on where the system took only a part', async (t) => {
    const { folder, remove } = makeScratchFolder('durable');
    t.after(remove);
    const slow = { ...nodeFilePort, write: (file: number, rest: Uint8Array) => nodeFilePort.write(file, rest.subarray(0, 1)) };
    await writeDurably(slow, path.join(folder, 'a.json'), bytes);
    assert.equal(readFileSync(path.join(folder, 'a.json'), 'utf8'), 'new');
  });

  test('does not happen when the right to write was lost', async (t) => {
    const { folder, remove } = makeScratchFolder('durable');
    t.after(remove);
    const beforeRename = (): Promise<void> => Promise.reject(new Error('lost'));
    await assert.rejects(writeDurably(nodeFilePort, path.join(folder, 'a.json'), bytes, { beforeRename }), /lost/);
    assert.deepEqual(readdirSync(folder), []);
  });
});

test('what is written beside is told by its name', () => {
  assert.ok(isTemporary(path.basename(temporaryPath('/store/sessions/abc.json'))));
  assert.ok(!isTemporary('abc.json'));
  assert.ok(!isTemporary('.gitignore'));
});

test('a folder is made with those above it, for its owner alone', async (t) => {
  const { folder, remove } = makeScratchFolder('durable');
  t.after(remove);
  const deep = path.join(folder, 'a', 'b');
  await ensureFolder(nodeFilePort, deep);
  await ensureFolder(nodeFilePort, deep);
  assert.ok(existsSync(deep));
  assert.equal(statSync(path.join(folder, 'a')).mode & 0o777, 0o700);
});
