import assert from 'node:assert/strict';
import { entrySchema, type Entry } from '../../src/model/entry.js';
import { sessionRowSchema, type SessionRow } from '../../src/model/row.js';
import type { Source } from '../../src/sources/source.js';
import { entryOutline } from './entryOutline.js';

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
