import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readEntries } from '../../src/store/transcriptFile.js';
import { schemaFiles } from '../support/schemaFiles.js';
import { message, scratchStore } from '../support/scratchStore.js';

const folder = new URL('../../src/store/schema/', import.meta.url);

test('the published schemas are those that the program checks by (tsx test/support/writeSchemas.ts writes them)', () => {
  const files = schemaFiles();
  assert.deepEqual(readdirSync(folder).sort(), [...files.keys()].sort());
  for (const [name, text] of files) assert.equal(readFileSync(new URL(name, folder), 'utf8'), text, name);
});

test('what the store writes fits them, and what does not fit is told', async (t) => {
  const { record, paths, context } = await scratchStore(t);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const check = (name: string, value: unknown): boolean =>
    ajv.compile(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as object)(value);
  assert.ok(check('record.json', JSON.parse(readFileSync(paths.record, 'utf8'))));
  for (const entry of (await readEntries(context.port, paths.transcript)).entries) assert.ok(check('entry.json', entry));
  assert.ok(check('entry.json', message('a')));
  assert.ok(!check('record.json', { ...record, title: 7 }));
  assert.ok(!check('entry.json', { type: 'message', id: 'a' }));
});
