import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeClinvkHome } from '../support/clinvkHome.js';
import { withFolder } from '../support/openFolder.js';
import { turn } from '../support/turn.js';

describe('a search', () => {
  test('finds titles first, then prompts, then what was said, with line, place and entry', async () => {
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
          ['two', 'where is the needle', false],
          ['two', 'you said: where is the needle', true],
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

  test('looks into other programs’ sessions of the folder', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeClinvkHome(home, dir);
      const hits = await (await open()).search('bug in auth.go');
      assert.ok(hits.some(({ row }) => row.id === 'clinvk:a5153eae4e1b885bc92a55eebacd0628'));
    });
  });
});
