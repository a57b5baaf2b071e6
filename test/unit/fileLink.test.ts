import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { resolveFileLink, withoutPosition } from '../../src/extension/fileLink.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

const scratch = makeScratchFolder('links');
after(() => scratch.remove());
const folder = path.join(scratch.folder, 'app');
const outside = path.join(scratch.folder, 'secret.txt');
mkdirSync(path.join(folder, 'src'), { recursive: true });
writeFileSync(path.join(folder, 'src', 'a.ts'), '');
writeFileSync(outside, '');
symlinkSync(outside, path.join(folder, 'link.txt'));

describe('a file link of a transcript', () => {
  test('opens a file of the folder at its line', async () => {
    assert.deepEqual(await resolveFileLink(folder, 'src/a.ts:12:3'), { path: path.join(folder, 'src/a.ts'), line: 12 });
    assert.deepEqual(await resolveFileLink(folder, 'src/a.ts', 4), { path: path.join(folder, 'src/a.ts'), line: 4 });
  });

  test('opens an absolute file that exists', async () => {
    assert.equal((await resolveFileLink(folder, outside)).path, outside);
    assert.equal((await resolveFileLink(folder, pathToFileURL(outside).href)).path, outside);
  });

  for (const [name, text] of [
    ['a way out of the folder', '../secret.txt'],
    ['a symlink out of it', 'link.txt'],
    ['a network share', '\\\\host\\share\\x'],
    ['another network share', '//host/share/x'],
    ['a file on another host', 'file://host/share/x'],
    ['a NUL', 'src/a.ts\0'],
  ] as const) {
    test(`refuses ${name}`, () => assert.rejects(resolveFileLink(folder, text), { code: 'usage' }));
  }

  for (const text of ['nothing.ts', 'src', path.join(folder, 'nothing.ts')]) {
    test(`says that ${path.basename(text)} is no file`, () => assert.rejects(resolveFileLink(folder, text), { code: 'not_found' }));
  }

  test('tells the position from the path', () => {
    assert.deepEqual(withoutPosition('a.ts#L7-L9'), { path: 'a.ts', line: 7 });
    assert.deepEqual(withoutPosition('a.ts'), { path: 'a.ts' });
    assert.deepEqual(withoutPosition('c:\\x\\a.ts'), { path: 'c:\\x\\a.ts' });
  });
});
