import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { silentLogger } from '../../src/model/logger.js';
import { nodeFilePort } from '../../src/store/filePort.js';
import { rememberStore } from '../../src/store/folders.js';
import { withLock } from '../../src/store/lock.js';
import { openScratchStore } from '../support/openScratchStore.js';
import { probedPort } from '../support/probedPort.js';
import { schemaFiles } from '../support/schemaFiles.js';
import { message, scratchStore } from '../support/scratchStore.js';

const folder = new URL('../../src/store/schema/', import.meta.url);

test('the published schemas are those that the program checks by (tsx test/support/writeSchemas.ts writes them)', () => {
  const files = schemaFiles();
  assert.deepEqual(readdirSync(folder).sort(), [...files.keys()].sort());
  for (const [name, text] of files) assert.equal(readFileSync(new URL(name, folder), 'utf8'), text, name);
});

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const checkers = new Map([...schemaFiles().keys()].map((name) => [name, ajv.compile(parsed(new URL(name, folder)) as object)]));

function parsed(file: string | URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function lines(file: string): unknown[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

test('each kind of file that the store writes fits its schema', async (t) => {
  const written = new Map<string, unknown[]>();
  const port = probedPort(nodeFilePort, {
    // Notes are there for a moment: this is the last one in which they are.
    before(call, [file]) {
      if (call === 'unlink' && /[/\\]pending[/\\][^.]/.test(String(file))) written.set('pending.json', [parsed(String(file))]);
    },
  });
  const { store, paths, folder: place } = openScratchStore(t, { port });
  const { id } = await store.create({ workdir: '/p', title: 'Fix login' }, [message('q'), message('a', 'assistant')]);
  await store.update(id, () => ({ title: 'renamed' }), { what: 'Renamed' });
  const lease = await store.acquireLease(id);
  await store.writePartial(id, [message('streams', 'assistant')]);
  written.set('record.json', [parsed(paths(id).record)]);
  written.set('entry.json', [...lines(paths(id).transcript), ...lines(paths(id).partial).slice(1)]);
  written.set('partial.json', lines(paths(id).partial).slice(0, 1));
  written.set('lease.json', [parsed(paths(id).lease)]);
  await withLock(paths(id).lock, { port, program: 'test', logger: silentLogger }, async () => {
    const [mark = ''] = readdirSync(paths(id).lock);
    written.set('owner.json', [parsed(path.join(paths(id).lock, mark))]);
    return Promise.resolve();
  });
  await store.writePartial(id, null);
  await lease.release();
  await store.remove([id]);
  await store.undo();
  await store.journal({ what: 'Elsewhere', ids: [], data: { of: 'another program' } });
  written.set('journal.json', lines(path.join(store.root, 'journal.jsonl')));
  await rememberStore(place, { root: store.root, dir: place }, 'test');
  written.set('folders.json', [parsed(path.join(place, 'folders.json'))]);

  assert.deepEqual([...written.keys()].sort(), [...checkers.keys()].sort());
  for (const [name, values] of written) {
    const check = checkers.get(name);
    assert.ok(check && values.length > 0, name);
    for (const value of values) assert.ok(check(value), `${name}: ${JSON.stringify(check.errors)} in ${JSON.stringify(value)}`);
    assert.ok(!check({ type: 'nothing of ours' }), `${name} tells what does not fit`);
  }
  const acts = new Set((written.get('journal.json') ?? []).map((line) => (line as { type: string; act?: { kind: string } }).act?.kind));
  assert.deepEqual([...acts].sort(), ['move', 'outside', 'update', undefined]);
});

test('what does not fit is told', async (t) => {
  const { record } = await scratchStore(t);
  assert.ok(!checkers.get('record.json')?.({ ...record, title: 7 }));
  assert.ok(!checkers.get('entry.json')?.({ type: 'message', id: 'a' }));
  const out = { id: '', from: '../victim', to: 'trash/x' };
  assert.ok(!checkers.get('pending.json')?.({ owner: { program: 'p', host: 'h', pid: 1, nonce: 'a' }, steps: [out] }));
});
