import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import type { SessionRow } from '../../src/model/row.js';
import { withCli } from '../support/cli.js';

describe('export and import', () => {
  test('write to stdout, or whole to a file that only the person may read', () =>
    withCli(async (skein) => {
      const id = await skein.start('what is 12*12?', '--title', 'A sum');
      const json = await skein.run(['sessions', 'export', id]);
      assert.equal(json.code, 0, json.stderr);
      assert.match(JSON.stringify(json.json()), new RegExp(id));
      const md = await skein.run(['sessions', 'export', id.slice(0, 8), '--format', 'md', '-o', 'out.md']);
      assert.deepEqual([md.code, md.stdout], [0, ''], md.stderr);
      const file = path.join(skein.folder, 'out.md');
      assert.match(await readFile(file, 'utf8'), /A sum[^]*what is 12\*12\?[^]*144/);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.deepEqual(
        (await readdir(skein.folder)).filter((name) => name !== '.skein'),
        ['out.md'],
      );
      assert.equal((await skein.run(['sessions', 'export', id, '--format', 'docx'])).code, 2);
      assert.equal((await skein.run(['sessions', 'export', 'ffffffff'])).code, 3);
      assert.equal((await skein.run(['sessions', 'export', id, '-o', '-'])).stdout, json.stdout);
      for (const [to, said] of [
        ['no/such/folder/x', `there is no folder ${path.join(skein.folder, 'no/such/folder')}\n`],
        ['.skein', `${path.join(skein.folder, '.skein')} is a folder\n`],
      ] as const) {
        const wrong = await skein.run(['sessions', 'export', id, '-o', to]);
        assert.equal(wrong.code, 1);
        assert.ok(wrong.stderr.startsWith(`error: ${said}`), wrong.stderr);
      }
      assert.match((await skein.run(['sessions', 'import', skein.home])).stderr, /^error: this is a folder, not a file\n$/);
    }));

  test('a bundle comes back byte for byte in another folder, by file and by stdin', () =>
    withCli(async (skein) => {
      const id = await skein.start('hello');
      const bundle = path.join(skein.home, 'one.bundle');
      assert.equal((await skein.run(['sessions', 'export', id, '--format', 'bundle', '-o', bundle])).code, 0);
      const other = path.join(skein.home, 'other');
      await mkdir(other);
      const imported = await skein.run(['sessions', 'import', bundle, '--path', other]);
      assert.equal(imported.code, 0, imported.stderr);
      assert.equal(imported.stdout, `${id}\n`);
      const transcript = (folder: string) => readFile(path.join(folder, '.skein', 'sessions', `${id}.jsonl`));
      assert.deepEqual(await transcript(other), await transcript(skein.folder));
      const listed = (
        await skein.run(['sessions', 'list', '--source', 'skein', '--all', '--json', '--path', other])
      ).json() as SessionRow[];
      assert.ok(listed.some((row) => row.id === id));
      assert.equal((await skein.run(['sessions', 'history', id, '--path', other])).code, 0);
    }));

  test('refuse what is no export, and a file that is not there', () =>
    withCli(async (skein) => {
      const file = path.join(skein.home, 'x.json');
      await writeFile(file, 'no sessions here');
      const wrong = await skein.run(['sessions', 'import', file]);
      assert.ok(wrong.code !== 0 && wrong.code !== null);
      assert.match(wrong.stderr, /^error: /);
      const gone = await skein.run(['sessions', 'import', 'gone.json']);
      assert.equal(gone.code, 1);
      assert.match(gone.stderr, /^error: no such file or folder: .*gone\.json/);
      assert.notEqual((await skein.run(['sessions', 'import', '-'], { stdin: '{}' })).code, 0);
    }));
});
