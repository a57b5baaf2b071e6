import * as z from 'zod';
import { entrySchema } from '../../src/model/entry.js';
import { sessionRecordSchema } from '../../src/model/record.js';
import { leaseSchema } from '../../src/store/leaseFile.js';
import { ownerSchema } from '../../src/store/owner.js';

const published = {
  'record.json': ['A session record: sessions/<id>.json', sessionRecordSchema],
  'entry.json': ['One line of a transcript: sessions/<id>.jsonl', entrySchema],
  'lease.json': ['Who runs turns in a session: sessions/<id>/lease.json', leaseSchema],
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
