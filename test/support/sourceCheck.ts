import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { entrySchema, type Entry } from '../../src/model/entry.js';
import { sessionRowSchema, type SessionRow } from '../../src/model/row.js';
import type { Source, SourceList } from '../../src/sources/source.js';
import { entryOutline } from './entryOutline.js';
import { folderState } from './folderState.js';

/** An entry as one line, and whose usage it is where another session counts it. */
export function inheritedOutline(entry: Entry): string {
  if (entry.type !== 'message' || !entry.inherited) return entryOutline(entry);
  const { from, usage } = entry.inherited;
  return `${entryOutline({ ...entry, usage })} of ${from}`;
}

/** A source's rows by own id, each as the schema has it and with a stamp; there is no problem. */
export async function wholeRows(source: Source): Promise<ReadonlyMap<string, SessionRow>> {
  const { rows, problems } = await source.list();
  assert.deepEqual(problems, []);
  return new Map(
    rows.map((row) => {
      assert.ok(row.id.startsWith(`${source.name}:`));
      return [row.id.slice(source.name.length + 1), sessionRowSchema.parse(row)];
    }),
  );
}

/** A transcript's lines; every entry is as the schema has it, and no id stands twice. */
export async function outlineOf(source: Source, ownId: string): Promise<readonly string[]> {
  const entries = await source.read(ownId);
  for (const entry of entries) entrySchema.parse(entry);
  assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
  return entries.map(inheritedOutline);
}

const expectedSchema = z.record(
  z.string(),
  z.looseObject({
    entries: z.array(z.string()),
    times: z.array(z.string()),
    /** What is wrong with it, as its row says. */
    detail: z.string().optional(),
    /** The code with which its transcript is refused. */
    refused: z.string().optional(),
  }),
);

/**
 * Holds a source's sessions against an `expected.json` written by hand from its files: for each, fields of its row, its entries as
 * lines and their times. Gives the rows and the problems; nothing of `folder` is touched. A store whose records change without
 * their transcripts is not `stamped`.
 */
export async function checkExpected(source: Source, file: string, folder: string, stamped = true): Promise<SourceList> {
  const expected = expectedSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const before = await folderState(folder);
  const list = await source.list();
  const ownId = (id: string): string => id.slice(source.name.length + 1);
  assert.deepEqual(list.rows.map(({ id }) => ownId(id)).sort(), Object.keys(expected).sort());
  for (const row of list.rows) {
    const id = ownId(row.id);
    const { entries: lines, times, detail, refused, ...fields } = expected[id]!;
    assert.deepEqual(Object.fromEntries(Object.keys(fields).map((key) => [key, row[key]])), fields, id);
    assert.deepEqual(sessionRowSchema.parse(row), row);
    assert.equal(row.problem?.detail, detail, id);
    assert.equal(list.stamps?.has(row.id) ?? false, stamped);
    if (refused !== undefined) {
      await assert.rejects(source.read(id), { code: refused });
      continue;
    }
    assert.deepEqual(await outlineOf(source, id), lines, id);
    const stamps = (await source.read(id)).map(({ timestamp }) => timestamp);
    assert.deepEqual(stamps, times, id);
  }
  assert.deepEqual(await folderState(folder), before);
  return list;
}
