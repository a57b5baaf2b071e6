import assert from 'node:assert/strict';
import { symlinkSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodeFilePort as port } from '../../src/store/filePort.js';
import { readRecord, readShownRecord, recordDocument } from '../../src/store/recordFile.js';
import { scratchStore } from '../support/scratchStore.js';

test('unknown keys survive a read and a write, at every depth', async (t) => {
  const { paths } = await scratchStore(t);
  const stored = JSON.parse(readFileSync(paths.record, 'utf8')) as { settings: object };
  writeFileSync(paths.record, JSON.stringify({ ...stored, colour: 'red', settings: { ...stored.settings, voice: { pitch: 2 } } }));
  const document = recordDocument(port, paths.record);
  await document.read();
  await document.write();
  const written = JSON.parse(readFileSync(paths.record, 'utf8')) as Record<string, unknown>;
  assert.equal(written['colour'], 'red');
  assert.deepEqual(written['settings'], { voice: { pitch: 2 } });
});

for (const [name, damage, detail] of [
  ['empty', () => '', /is empty/],
  ['cut', (text: string) => text.slice(0, 50), /is not JSON/],
  ['no object', () => '[]', /does not fit/],
  ['of the wrong shape', (text: string) => text.replace('"Fix login"', '7'), /does not fit at "title"/],
  ['not UTF-8', (text: string) => Buffer.from(text.replace('Fix', '\xff'), 'latin1'), /is not UTF-8/],
  ['a copy of another', (text: string, id: string) => text.replace(id, 'f'.repeat(32)), /says that it is session/],
] as const) {
  test(`a record that is ${name} is damaged, says why, and is left as it is`, async (t) => {
    const { paths, record } = await scratchStore(t);
    writeFileSync(paths.record, damage(readFileSync(paths.record, 'utf8'), record.id));
    const before = readFileSync(paths.record);
    await assert.rejects(readRecord(port, paths.record), { code: 'damaged', message: detail });
    assert.throws(() => readShownRecord(port, paths.record), { code: 'damaged', message: detail });
    assert.deepEqual(readFileSync(paths.record), before);
  });
}

test('a record of a newer version is shown and not taken for ours', async (t) => {
  const { paths } = await scratchStore(t);
  writeFileSync(paths.record, readFileSync(paths.record, 'utf8').replace('"version": 1', '"version": 2'));
  assert.equal(readShownRecord(port, paths.record).title, 'Fix login');
  await assert.rejects(readRecord(port, paths.record), { code: 'newer_version' });
  writeFileSync(paths.record, '{"version": 3, "name": "all else changed"}');
  assert.throws(() => readShownRecord(port, paths.record), { code: 'newer_version' });
});

test('a byte order mark is no damage', async (t) => {
  const { paths } = await scratchStore(t);
  writeFileSync(paths.record, `\uFEFF${readFileSync(paths.record, 'utf8')}`);
  assert.equal((await readRecord(port, paths.record)).title, 'Fix login');
});

test('a missing record is gone, a link is not followed', async (t) => {
  const { paths } = await scratchStore(t);
  await assert.rejects(readRecord(port, `${paths.record}x`), { code: 'gone' });
  const link = paths.record.replace(/.\.json$/, (end) => (end.startsWith('0') ? '1.json' : '0.json'));
  symlinkSync(paths.record, link);
  await assert.rejects(readRecord(port, link), { code: 'damaged', message: /symbolic link/ });
});
