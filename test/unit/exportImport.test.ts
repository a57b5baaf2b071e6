import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { makeClinvkHome } from '../support/clinvkHome.js';
import { withFolder } from '../support/openFolder.js';
import { inShort, turn } from '../support/turn.js';

const bytesOf = (dir: string, id: string) =>
  Promise.all(['json', 'jsonl'].map((end) => readFile(join(dir, '.skein', 'sessions', `${id}.${end}`))));

describe('a bundle', () => {
  test('comes back byte for byte in another folder, its id kept', async () => {
    await withFolder({}, async ({ workspace, dir, open }) => {
      const { id } = await workspace.create({ backend: 'scripted', tags: ['x'] });
      await turn(workspace, id, 'hello');
      const bundle = await workspace.export([id], 'bundle');
      const there = join(dir, '..', 'there');
      await mkdir(there);
      const other = await open({ dir: there });
      const [record] = await other.import(bundle);
      assert.equal(record?.id, id);
      assert.deepEqual(await bytesOf(there, id), await bytesOf(dir, id));
      assert.deepEqual(await other.export([id], 'bundle'), bundle, 'and goes out again as the same bytes');
      assert.deepEqual(inShort(await other.history(id)), ['user hello', 'assistant you said: hello']);
    });
  });

  test('whose id is taken gets a new one, and its import is undone', async () => {
    await withFolder({}, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted', title: 'one' });
      await turn(workspace, id, 'hello');
      const bundle = await workspace.export([id], 'bundle');
      const [copy] = await workspace.import(bundle);
      assert.ok(copy && copy.id !== id);
      assert.deepEqual(inShort(await workspace.history(copy.id)), inShort(await workspace.history(id)));
      assert.match((await workspace.undo())?.what ?? '', /^Imported /);
      assert.deepEqual(
        (await workspace.list()).rows.map((row) => row.id),
        [id],
      );
      assert.equal(await workspace.undo(), null, 'the undoing is no change of its own');
    });
  });

  test('of a session that has lost its transcript brings what there is', async () => {
    await withFolder({}, async ({ workspace, dir, open }) => {
      const { id } = await workspace.create({ backend: 'scripted', title: 'one' });
      await rm(join(dir, '.skein', 'sessions', `${id}.jsonl`));
      const bundle = await workspace.export([id], 'bundle');
      const there = join(dir, '..', 'there');
      await mkdir(there);
      const other = await open({ dir: there });
      assert.deepEqual(
        (await other.import(bundle)).map(({ title }) => title),
        ['one'],
      );
      assert.deepEqual(await readdir(join(there, '.skein', 'salvage')), []);
    });
  });

  test('whose import stopped half way, or of which a session was deleted since, is taken back as far as it is there', async () => {
    await withFolder({}, async ({ workspace, dir, open }) => {
      const ids = [await workspace.create({ backend: 'scripted' }), await workspace.create({ backend: 'scripted' })].map(({ id }) => id);
      const bundle = await workspace.export(ids, 'bundle');
      const there = join(dir, '..', 'there');
      await mkdir(there);
      const other = await open({ dir: there });
      await other.import(bundle);
      await (await open({ dir: there, surface: 'another' })).remove([ids[0] ?? '']);
      assert.equal((await other.undo())?.what, 'Imported 2 sessions');
      assert.deepEqual((await other.list()).rows, []);
    });
  });

  test('that leads out of its folder, lies or was cut is refused, and nothing is written', async () => {
    await withFolder({}, async ({ workspace }) => {
      const { id } = await workspace.create({ backend: 'scripted' });
      const good = unzipSync(await workspace.export([id], 'bundle'));
      const manifest = JSON.parse(Buffer.from(good['manifest.json'] ?? []).toString()) as {
        sessions: { id: string; files: { name: string }[] }[];
      };
      const withNames = (name: string) =>
        strToU8(JSON.stringify({ ...manifest, sessions: [{ id, files: [{ ...manifest.sessions[0]?.files[0], name }] }] }));
      const record = good[`${id}/session.json`] ?? new Uint8Array();
      const bad: [string, Record<string, Uint8Array>][] = [
        ['a path upwards', { 'manifest.json': withNames('../../evil.json'), [`${id}/../../evil.json`]: record }],
        ['an absolute path', { 'manifest.json': withNames('/tmp/evil.json'), '/tmp/evil.json': record }],
        ['a Windows path', { 'manifest.json': withNames('..\\evil.json'), [`${id}/..\\evil.json`]: record }],
        ['another content', { ...good, [`${id}/session.json`]: strToU8('{}') }],
        ['a file too few', { 'manifest.json': good['manifest.json'] ?? new Uint8Array() }],
        ['a file too many', { ...good, stray: strToU8('x') }],
        ['no manifest', { [`${id}/session.json`]: record }],
        ['an id that is none', { 'manifest.json': strToU8(JSON.stringify({ ...manifest, sessions: [{ id: '../x', files: [] }] })) }],
      ];
      for (const [what, files] of bad) await assert.rejects(workspace.import(zipSync(files)), { code: 'damaged' }, what);
      await assert.rejects(workspace.import((await workspace.export([id], 'bundle')).slice(0, 200)), { code: 'damaged' });
      await assert.rejects(workspace.import(strToU8('hello')), { code: 'damaged' });
      assert.equal((await workspace.list()).rows.length, 1);
    });
  });

  test('of a newer version says to update', async () => {
    await withFolder({}, async ({ workspace }) => {
      const files = { 'manifest.json': strToU8(JSON.stringify({ format: 'skein-bundle', version: 2, sessions: [] })) };
      await assert.rejects(workspace.import(zipSync(files)), { code: 'newer_version' });
    });
  });
});

describe('an export for reading', () => {
  test('as json has records and entries, and can be imported', async () => {
    await withFolder({}, async ({ workspace, dir, open }) => {
      const { id } = await workspace.create({ backend: 'scripted', title: 'one', tags: ['x'] });
      await turn(workspace, id, 'hello');
      const json = await workspace.export([id], 'json');
      const there = join(dir, '..', 'there');
      await mkdir(there);
      const other = await open({ dir: there });
      const [record] = await other.import(json);
      assert.deepEqual([record?.id, record?.title, record?.tags, record?.token_usage.total], [id, 'one', ['x'], 15]);
      assert.deepEqual(inShort(await other.history(id)), ['user hello', 'assistant you said: hello']);
    });
  });

  test('as Markdown reads in order; another program’s session can be exported too, but not as a bundle', async () => {
    await withFolder({}, async ({ dir, home, open }) => {
      await makeClinvkHome(home, dir);
      const workspace = await open();
      const { id } = await workspace.create({ backend: 'scripted', title: 'one' });
      await turn(workspace, id, 'hello');
      const text = Buffer.from(await workspace.export([id, 'clinvk:a5153eae4e1b885bc92a55eebacd0628'], 'md')).toString();
      assert.match(text, /# one[^]*## User[^]*hello[^]*## Scripted, scripted-1[^]*you said: hello[^]*fix the bug in auth.go/);
      await assert.rejects(workspace.export(['clinvk:a5153eae4e1b885bc92a55eebacd0628'], 'bundle'), { code: 'unsupported' });
    });
  });
});
