import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { nodeFilePort } from '../../src/store/filePort.js';
import { rowFlags } from '../../src/store/indexTable.js';
import { readSessionNames } from '../../src/store/sessionNames.js';
import { storeContext, type StoreContext } from '../../src/store/storeContext.js';
import { makeScratchFolder } from '../support/scratchFolder.js';

const scratch = makeScratchFolder('names');
after(scratch.remove);

const anyId = fc.constantFrom(...['a', 'b', 'c', 'd'].map((digit) => digit.repeat(32)));
const anyName = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(anyId, fc.constantFrom('.json', '.jsonl', '', '.lock', '.old.json', '.json.tmp', '.jsonll')) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('jsonl', '.hidden', 'notes', 'a'), fc.constantFrom('', '.json', '.jsonl')) },
);

/** A store with these names in `sessions/`, which the disk gives in this very order. */
function storeWith(names: readonly string[]): StoreContext {
  const root = mkdtempSync(path.join(scratch.folder, 'store-'));
  const sessions = path.join(root, 'sessions');
  mkdirSync(sessions);
  // A name without an ending is a session's own folder.
  for (const name of names) {
    if (name.includes('.')) writeFileSync(path.join(sessions, name), '');
    else mkdirSync(path.join(sessions, name));
  }
  return storeContext({ root, actor: { program: 'test', surface: 'test' }, port: { ...nodeFilePort, readNamesSync: () => names } });
}

const namesIn = (context: StoreContext) => readSessionNames(context, nodeFilePort.lstatSync(context.sessions), Date.now());

describe('the names in sessions/', () => {
  test('each session is told once, with all its files, in whatever order the disk gives them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyName, { selector: (parts) => parts.join(''), maxLength: 24 }), async (parts) => {
        const names = parts.map((part) => part.join(''));
        const context = storeWith(names);
        const has = new Set(names);
        const expected = new Map<string, number>();
        for (const id of new Set(parts.map(([id]) => id).filter((id) => id.length === 32))) {
          const [record, transcript] = [has.has(`${id}.json`), has.has(`${id}.jsonl`)];
          // A transcript alone beside a lock as young as these belongs to a session in the making.
          if (!record && (!transcript || has.has(`${id}.lock`))) continue;
          expected.set(id, (record ? rowFlags.record : 0) | (transcript ? rowFlags.transcript : 0) | (has.has(id) ? rowFlags.folder : 0));
        }
        const strays = names.filter((name) => name.endsWith('.json') && !name.startsWith('.') && !/^[a-d]{32}\.json$/.test(name));
        const found = await namesIn(context);
        assert.deepEqual(new Map(found.ids.map((id, at) => [id, found.flags[at]])), expected);
        assert.equal(found.ids.length, expected.size, 'none twice');
        assert.deepEqual([...found.strays].sort(), strays.sort());
        rmSync(context.root, { recursive: true });
      }),
    );
  });

  test('a session in the making is looked for again, one whose maker is long gone is told', async () => {
    const id = 'e'.repeat(32);
    const context = storeWith([`${id}.jsonl`]);
    mkdirSync(path.join(context.sessions, `${id}.lock`));
    const port = { ...context.port, readNamesSync: () => [`${id}.jsonl`, `${id}.lock`] };
    const folder = nodeFilePort.lstatSync(context.sessions);
    const young = await readSessionNames({ ...context, port }, folder, Date.now());
    assert.deepEqual([young.ids, young.folder.mtimeMs], [[], -1]);
    const later = await readSessionNames({ ...context, port }, folder, Date.now() + 11_000);
    assert.deepEqual([later.ids, later.flags, later.folder], [[id], [rowFlags.transcript], folder]);
  });
});
