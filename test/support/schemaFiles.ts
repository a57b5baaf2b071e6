import * as z from 'zod';
import { entrySchema } from '../../src/model/entry.js';
import { sessionRecordSchema } from '../../src/model/record.js';
import { foldersSchema } from '../../src/store/folders.js';
import { journalLineSchema } from '../../src/store/journal.js';
import { leaseSchema } from '../../src/store/leaseFile.js';
import { ownerSchema } from '../../src/store/owner.js';
import { partialHeadSchema } from '../../src/store/partialFile.js';
import { pendingSchema } from '../../src/store/pendingSteps.js';

const published = {
  'record.json': ['A session record: sessions/<id>.json', sessionRecordSchema],
  'entry.json': ['One line of a transcript: sessions/<id>.jsonl', entrySchema],
  'lease.json': ['Who runs turns in a session: sessions/<id>/lease.json', leaseSchema],
  'partial.json': ['The first line of what streams, entries follow: sessions/<id>/partial.jsonl', partialHeadSchema],
  'journal.json': ['One line of what can be undone: journal.jsonl', journalLineSchema],
  'pending.json': ['Moves that were begun: pending/<name>.json', pendingSchema],
  'folders.json': ['The stores that a person wrote to: $SKEIN_HOME/folders.json', foldersSchema],
  'owner.json': ['The mark in a lock: sessions/<id>.lock/owner-<mark>.json', ownerSchema],
} as const;

/** The JSON Schemas of `src/store/schema`, name and text: what a writer may write (fields with a default may be left out). */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(published).map(([name, [title, schema]]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [name, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}
