import type { SessionRow } from '../../model/row.js';
import { entryText, type EntryText } from '../../search/entryText.js';
import type { CoreContext } from '../context.js';
import { ownSource } from '../context.js';
import { foreignId, sourceNamed } from '../foreign/foreignId.js';

/** Where sessions are read. */
export type SessionPlaces = Pick<CoreContext, 'store' | 'sources' | 'otherStores'>;

/** What can be found of a session: first what its row says, then its entries. */
export async function sessionTexts(context: SessionPlaces, row: SessionRow): Promise<readonly EntryText[]> {
  const texts = [rowText(row)];
  const add = (entry: Parameters<typeof entryText>[0]): boolean => {
    const text = entryText(entry);
    if (text !== undefined) texts.push(text);
    return true;
  };
  const foreign = foreignId(row.id);
  if (foreign) for (const entry of await sourceNamed(context.sources, foreign.source).read(foreign.ownId)) add(entry);
  else await (await storeOf(context, row)).scan(row.id, add);
  return texts;
}

/** A session of ours may lie in another folder's store. */
async function storeOf({ store, otherStores }: SessionPlaces, row: SessionRow) {
  if (row.path === store.root) return store;
  return (await otherStores()).find(({ root }) => root === row.path) ?? store;
}

export const rowText = ({ id, title, prompt, backend, model = '', tags }: SessionRow): EntryText => ({
  entry: '',
  text: [title, ...(prompt === title ? [] : [prompt]), ...tags, backend, model, id].join('\n'),
  files: '',
});

/** By what a session is known in the index: our ids are unique in a store alone. */
export const contentKey = (row: SessionRow): string => (row.source === ownSource ? `${row.path}\t${row.id}` : row.id);
