import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { makeClinvkHome } from '../support/clinvkHome.js';
import { withFolder } from '../support/openFolder.js';
import { turn } from '../support/turn.js';

describe('a search', () => {
  test('whose index could not be opened is tried again', async () => {
    await withFolder({}, async ({ workspace, home }) => {
      await workspace.create({ backend: 'scripted', title: 'Needle work' });
      const cache = path.join(home, '.skein', 'cache');
      rmSync(cache, { recursive: true, force: true });
      writeFileSync(cache, '');
      await assert.rejects(workspace.search('needle'));
      rmSync(cache);
      assert.equal((await workspace.search('needle')).length, 1);
    });
  });

  test('gives the best sessions first, with line, place and entry of what matches', async () => {
    await withFolder({}, async ({ workspace }) => {
      const said = await workspace.create({ backend: 'scripted', title: 'three' });
      await turn(workspace, said.id, 'nothing');
      await turn(workspace, said.id, 'a line\nthe Needle here');
      const prompted = await workspace.create({ backend: 'scripted', title: 'two' });
      await turn(workspace, prompted.id, 'where is the needle');
      const titled = await workspace.create({ backend: 'scripted', title: 'Needle work' });
      const hits = await workspace.search('needle');
      assert.deepEqual(
        hits.map(({ row, line, entry }) => [row.title, line, entry !== undefined]),
        [
          ['Needle work', 'Needle work', false],
          ['two', 'you said: where is the needle', true],
          ['two', 'where is the needle', true],
          ['three', 'the Needle here', true],
          ['three', 'the Needle here', true],
        ],
      );
      for (const { line, ranges } of hits) for (const [start, end] of ranges) assert.equal(line.slice(start, end).toLowerCase(), 'needle');
      const entries = await workspace.history(said.id);
      assert.ok(entries.some(({ id }) => id === hits.at(-1)?.entry));
      assert.deepEqual(
        (await workspace.search('needle', 2)).map(({ row }) => row.id),
        [titled.id, prompted.id],
      );
      assert.deepEqual(await workspace.search('  '), []);
      assert.deepEqual(await workspace.search('n..dle'), []);
    });
  });

  test('takes the whole query language, and the list takes the same', async () => {
    await withFolder({}, async ({ workspace }) => {
      const make = async (title: string, prompt: string, tags: string[]) => {
        const { id } = await workspace.create({ backend: 'scripted', title, tags });
        await turn(workspace, id, prompt);
        return id;
      };
      await make('one', 'the red fox jumps', ['animal']);
      await make('two', 'a red house', ['building']);
      await make('three', 'the fox is not here, and red it was', ['animal']);
      const expected: readonly (readonly [string, readonly string[]])[] = [
        ['red', ['one', 'three', 'two']],
        ['red fox', ['one', 'three']],
        ['"red fox"', ['one']],
        ['red -fox', ['two']],
        ['-red', []],
        ['tag:animal -"red fox"', ['three']],
        ['tag:building,animal turns:>0', ['one', 'three', 'two']],
        ['title:t red', ['three', 'two']],
        ['is:fork', []],
      ];
      for (const [query, titles] of expected) {
        const found = await workspace.search(query);
        assert.deepEqual([...new Set(found.map(({ row }) => row.title))].sort(), titles, query);
        const { rows, hidden } = await workspace.list({ search: query });
        assert.deepEqual(rows.map(({ title }) => title).sort(), titles, query);
        assert.equal(hidden, 3 - titles.length, query);
      }
      await assert.rejects(workspace.search('red bakend:x'), { code: 'usage', message: /no field "bakend" \(character 5 / });
      await assert.rejects(workspace.list({ search: '"open' }), { code: 'usage', message: /character 1 / });
    });
  });

  test('follows every change: said, renamed, deleted, undone, by whatever program', async () => {
    await withFolder({}, async ({ workspace, open }) => {
      const other = await open();
      const { id } = await workspace.create({ backend: 'scripted', title: 'first name' });
      const found = async (query: string): Promise<number> => (await workspace.search(query)).length;
      assert.equal(await found('first'), 1);
      await other.patch([id], { title: 'second name' });
      assert.deepEqual([await found('first'), await found('second')], [0, 1]);
      await turn(other, id, 'a pangolin walks');
      assert.equal(await found('pangolin'), 2);
      await workspace.remove([id]);
      assert.equal(await found('pangolin'), 0);
      await workspace.undo();
      assert.equal(await found('pangolin'), 2);
    });
  });

  test('loses nothing when the index is deleted', async () => {
    await withFolder({}, async ({ workspace, home }) => {
      const { id } = await workspace.create({ backend: 'scripted', title: 'kept' });
      await turn(workspace, id, 'an aardvark');
      assert.equal((await workspace.search('aardvark')).length, 2);
      rmSync(path.join(home, '.skein', 'cache'), { recursive: true });
      assert.equal((await workspace.search('aardvark')).length, 2);
    });
  });

  test('looks into other programs’ sessions of the folder', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeClinvkHome(home, dir);
      const hits = await (await open()).search('"bug in auth.go" source:clinvk');
      assert.ok(hits.some(({ row }) => row.id === 'clinvk:a5153eae4e1b885bc92a55eebacd0628'));
    });
  });
});
