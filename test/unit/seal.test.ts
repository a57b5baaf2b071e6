import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HomeFile } from '../../src/core/config/homeFile.js';
import { Seal } from '../../src/core/seal.js';
import { silentLogger } from '../../src/model/logger.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

const scratch = makeScratchFolder('seal');
after(scratch.remove);
const sealOf = (home: string, root: string): Seal =>
  new Seal(new HomeFile(join(scratch.folder, home, 'seal-key'), { program: 'test', logger: silentLogger }), root);

test('a seal holds for the very text, the store and the person that it was made for', async () => {
  const seal = await sealOf('mine', '/a').of('what was done');
  assert.ok(await sealOf('mine', '/a').isOn('what was done', seal), 'in another process of the same person');
  assert.ok(!(await sealOf('mine', '/a').isOn('what was  done', seal)));
  assert.ok(!(await sealOf('mine', '/b').isOn('what was done', seal)));
  assert.ok(!(await sealOf('theirs', '/a').isOn('what was done', seal)), 'there is no key');
  assert.notEqual(await sealOf('theirs', '/a').of('what was done'), seal);
  for (const wrong of ['', 'zz', seal.slice(2), `${seal}00`]) assert.ok(!(await sealOf('mine', '/a').isOn('what was done', wrong)), wrong);
});

test('the key is made once, for its owner alone, by however many begin at once', async () => {
  const seals = await Promise.all(['1', '2', '3', '4'].map(() => sealOf('many', '/a').of('x')));
  assert.equal(new Set(seals).size, 1);
  const file = join(scratch.folder, 'many', 'seal-key');
  assert.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}$/);
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o077, 0);
  rmSync(file);
  assert.ok(!(await sealOf('many', '/a').isOn('x', seals[0] ?? '')), 'a key that is gone seals nothing');
});
