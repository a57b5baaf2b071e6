import * as z from 'zod';
import { entrySchema } from '../../model/entry.js';
import { SessionError } from '../../model/errors.js';
import { jsonOf } from '../../model/json.js';
import { sessionRecordSchema, type SessionRecord } from '../../model/record.js';
import { freshId } from '../../store/freshId.js';
import type { NewRecord } from '../../store/store.js';
import type { CoreContext } from '../context.js';
import { jsonFormat } from './exportSessions.js';
import { nameOf } from '../rowNames.js';
import { isOurs } from '../isOurs.js';
import { journalChange } from '../undo.js';

const jsonSchema = z.object({
  format: z.literal(jsonFormat),
  version: z.literal(1),
  sessions: z.array(z.object({ record: sessionRecordSchema.extend({ id: z.string() }).partial(), entries: z.array(entrySchema) })),
});

interface Incoming {
  readonly id: string;
  readonly title: string;
  readonly write: (id: string) => Promise<SessionRecord>;
}

/**
 * Takes in a bundle or a JSON export as one change that `undo` takes back. All of it is checked before anything is written.
 * A session keeps its id unless that one is taken, here or in the trash. `damaged` for what is neither.
 */
export async function importSessions(context: CoreContext, bytes: Uint8Array): Promise<readonly SessionRecord[]> {
  const incoming = await readIncoming(context, bytes);
  if (incoming.length === 0) return [];
  await context.ensure();
  const trashed = new Set((await context.store.trashed()).map(({ row }) => row.id));
  const items: { readonly id: string; readonly one: Incoming }[] = [];
  for (const one of incoming) {
    const taken = one.id === '' || trashed.has(one.id) || items.some(({ id }) => id === one.id) || (await isOurs(context, one.id));
    items.push({ id: taken ? freshId() : one.id, one });
  }
  const ids = items.map(({ id }) => id);
  const [first] = incoming;
  const what =
    first && incoming.length === 1
      ? `Imported ${nameOf({ title: first.title, prompt: '', id: first.id })}`
      : `Imported ${incoming.length} sessions`;
  await journalChange(context, what, ids, { act: 'import', ids, also: false });
  const records: SessionRecord[] = [];
  for (const { id, one } of items) records.push(await one.write(id));
  return records;
}

async function readIncoming({ store, dir }: CoreContext, bytes: Uint8Array): Promise<readonly Incoming[]> {
  const { isBundle, unpackBundle } = await import('./bundle.js');
  if (isBundle(bytes)) {
    return unpackBundle(bytes).map(({ id, files }) => ({ id, title: '', write: (own) => store.importFiles(own, files) }));
  }
  const parsed = jsonSchema.safeParse(jsonOf(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success) {
    throw new SessionError('damaged', 'this is no export of sessions', {
      hint: 'skein sessions export writes bundles and json',
      cause: parsed.error,
    });
  }
  return parsed.data.sessions.map(({ record, entries }) => {
    const { version: _version, revision: _revision, transcript: _transcript, id = '', ...rest } = record;
    // The schema's optional fields may be there as `undefined`, which JSON never holds.
    const fields = rest as Partial<NewRecord>;
    return {
      id: /^[0-9a-f]{32}$/.test(id) ? id : '',
      title: record.title ?? '',
      write: (own) => store.create({ ...fields, id: own, workdir: record.workdir || dir }, entries),
    };
  });
}
