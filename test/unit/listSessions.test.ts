import assert from 'node:assert/strict';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Workspace } from '../../src/core/workspace.js';
import type { ListFilter } from '../../src/model/filter.js';
import { clinvkSession, makeClinvkHome } from '../support/clinvkHome.js';
import { git, makeRepository } from '../support/gitRepository.js';
import { withFolder } from '../support/openFolder.js';
import { scriptedCatalog } from '../support/scriptedCatalog.js';
import { turn } from '../support/turn.js';

const titles = async (workspace: Workspace, filter: ListFilter = {}): Promise<string[]> =>
  (await workspace.list({ ...filter, source: 'skein' })).rows.map(({ title }) => title).sort();
const start = async (workspace: Workspace, title: string) => (await workspace.create({ backend: 'scripted', title })).id;

describe('the list of a folder', () => {
  test('has the sessions that ran in it and below, seen from each level', async () => {
    await withFolder({}, async ({ workspace, dir, open }) => {
      await makeRepository(dir);
      const api = join(dir, 'packages', 'api');
      await mkdir(api, { recursive: true });
      const root = await open();
      const inner = await open({ dir: api });
      assert.equal(inner.root, join(dir, '.skein'));
      await start(root, 'outer');
      await start(inner, 'inner');
      assert.deepEqual(await titles(root), ['inner', 'outer']);
      assert.deepEqual(await titles(inner), ['inner']);
      assert.deepEqual(await titles(inner, { scope: 'all' }), ['inner', 'outer']);
      assert.deepEqual(await titles(workspace, { limit: 9 }), ['inner', 'outer'], 'a page is made in another way and shows the same');
    });
  });

  test('of a repository has its worktrees’ sessions, marked; a worktree and --here have their own', async () => {
    await withFolder({}, async ({ dir, open }) => {
      await makeRepository(dir);
      const tree = join(dir, '..', 'feature');
      const nested = join(dir, 'trees', 'nested');
      for (const path of [tree, nested]) await git(dir, 'worktree', 'add', '--quiet', path);
      const [main, feature, inside] = [await open(), await open({ dir: tree }), await open({ dir: nested })];
      await start(main, 'main');
      await start(feature, 'feature');
      await start(inside, 'nested');
      for (const filter of [{}, { limit: 9 }] satisfies ListFilter[]) {
        const marked = (await main.list(filter)).rows.map(({ title, worktree }) => [title, worktree]).sort();
        assert.deepEqual(marked, [
          ['feature', feature.dir],
          ['main', undefined],
          ['nested', inside.dir],
        ]);
        assert.deepEqual(await titles(feature, filter), ['feature']);
        assert.deepEqual(await titles(inside, filter), ['nested']);
        assert.deepEqual(await titles(main, { ...filter, scope: 'here' }), ['main']);
      }
      assert.equal((await main.latest())?.title, 'main');
      assert.equal((await feature.latest())?.title, 'feature');
    });
  });

  test('is the same through a link, and after the folder was moved with its store', async () => {
    await withFolder({}, async ({ workspace, dir, open }) => {
      await start(workspace, 'here');
      await symlink(dir, join(dir, '..', 'link'));
      assert.deepEqual(await titles(await open({ dir: join(dir, '..', 'link') })), ['here']);
      const moved = join(dir, '..', 'moved');
      await rename(dir, moved);
      const there = await open({ dir: moved });
      assert.deepEqual(await titles(there), ['here']);
      assert.deepEqual(await titles(there, { limit: 1 }), ['here']);
      const { rows } = await there.list();
      assert.equal((await turn(there, rows[0]?.id ?? '', 'go on')).stop_reason, 'end_turn', 'and it goes on there');
    });
  });

  test('says how many the filter hides, and leaves archived ones out until asked', async () => {
    await withFolder({}, async ({ workspace }) => {
      const ids = [await start(workspace, 'one'), await start(workspace, 'two'), await start(workspace, 'three')];
      await workspace.patch([ids[0] ?? ''], { addTags: ['x'] });
      await workspace.patch([ids[1] ?? ''], { archived: true });
      for (const page of [{}, { limit: 5 }]) {
        const filtered = await workspace.list({ tags: ['x'], ...page });
        assert.deepEqual([filtered.rows.length, filtered.hidden], [1, 1]);
        const archived = await workspace.list({ archived: true, ...page });
        assert.deepEqual([archived.rows.length, archived.hidden], [3, 0]);
      }
      assert.equal((await workspace.list({ limit: 1, offset: 1 })).rows.length, 1);
      assert.equal((await workspace.recent()).length, 2);
    });
  });

  test('has other folders’ stores under all folders, each with its place', async () => {
    await withFolder({}, async ({ workspace, dir, open }) => {
      const there = join(dir, '..', 'other');
      await mkdir(there);
      const other = await open({ dir: there });
      await start(workspace, 'mine');
      const id = await start(other, 'theirs');
      const { rows } = await workspace.list({ scope: 'all' });
      assert.deepEqual(rows.map(({ title, path }) => [title, path]).sort(), [
        ['mine', workspace.root],
        ['theirs', other.root],
      ]);
      assert.deepEqual(await titles(workspace), ['mine']);
      await assert.rejects(workspace.get(id), { code: 'not_found', hint: `it belongs to ${there}: use --path ${there}` });
    });
  });

  test('shows a damaged session with its path and the rest as ever', async () => {
    await withFolder({}, async ({ workspace, dir }) => {
      const id = await start(workspace, 'one');
      await start(workspace, 'two');
      await writeFile(join(dir, '.skein', 'sessions', `${id}.json`), '{"id":');
      const { rows } = await workspace.list();
      assert.deepEqual(rows.map(({ problem }) => problem !== undefined).sort(), [false, true]);
    });
  });
});

describe('another program’s sessions', () => {
  test('are listed with the folder they ran in; those of no folder under all folders', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeClinvkHome(home, dir);
      const workspace = await open();
      const here = (await workspace.list({ source: 'clinvk' })).rows;
      const all = (await workspace.list({ source: 'clinvk', scope: 'all' })).rows;
      assert.equal(all.length, 11);
      assert.ok(here.length > 0 && here.length < 11);
      assert.ok(here.every(({ workdir }) => workdir === dir));
      assert.deepEqual((await workspace.list({ source: 'clinvk', limit: 99 })).rows, here);
    });
  });

  test('are adopted once: one row, its counts and its agent’s own id kept, its place in the list too', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      const sessions = await makeClinvkHome(home, dir);
      const workspace = await open();
      const before = (await workspace.list()).rows;
      const source = before.find(({ id }) => id === `clinvk:${clinvkSession}`);
      const file = await readFile(join(sessions, `${clinvkSession}.json`), 'utf8');
      const row = await workspace.resume(clinvkSession.slice(0, 8));
      assert.match(row.id, /^[0-9a-f]{32}$/);
      assert.deepEqual(row.origin, { source: 'clinvk', id: clinvkSession, path: source?.path });
      assert.equal(row.backend_session_id, source?.backend_session_id);
      assert.deepEqual(row.token_usage, source?.token_usage);
      assert.equal(row.last_used, source?.last_used, 'opening is no use');
      assert.equal((await workspace.resume(`clinvk:${clinvkSession}`)).id, row.id);
      assert.equal((await (await open()).resume(`clinvk:${clinvkSession}`)).id, row.id);
      for (const filter of [{}, { limit: 99 }]) {
        const after = (await workspace.list(filter)).rows;
        assert.equal(after.length, before.length);
        assert.equal(
          after.findIndex(({ id }) => id === row.id),
          before.findIndex(({ id }) => id === source?.id),
        );
      }
      assert.equal(await readFile(join(sessions, `${clinvkSession}.json`), 'utf8'), file, 'clinvk’s own file is as it was');
      const total = (rows: Awaited<ReturnType<Workspace['usage']>>): number => rows.reduce((sum, { total: part }) => sum + part, 0);
      assert.equal(
        total(await workspace.usage()),
        before.reduce((sum, { tokens }) => sum + tokens, 0),
        'nothing is counted twice',
      );
    });
  });

  test('go on natively, or by being told what there is of them', async () => {
    const agents = scriptedCatalog({ can: { resume: true }, names: ['claude'] });
    await withFolder({ agents }, async ({ dir, home, open }) => {
      await makeClinvkHome(home, dir);
      const workspace = await open();
      assert.equal((await turn(workspace, `clinvk:${clinvkSession}`, 'go on')).stop_reason, 'end_turn');
      assert.ok(agents.calls.includes('resume 5f0c2a0e-0000-4000-8000-000000000001'));
    });
  });

  test('a source that cannot be read is a problem, and the list is there', async () => {
    await withFolder({}, async ({ home, open }) => {
      await mkdir(join(home, '.clinvk'), { recursive: true });
      await writeFile(join(home, '.clinvk', 'sessions'), 'a file where a folder should be');
      const workspace = await open();
      await start(workspace, 'mine');
      const { rows, problems } = await workspace.list();
      assert.equal(rows.length, 1);
      assert.match(problems[0]?.detail ?? '', /ENOTDIR|not a folder|clinvk/);
    });
  });
});
