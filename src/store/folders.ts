import * as path from 'node:path';
import { Low } from 'lowdb';
import * as z from 'zod';
import { silentLogger } from '../model/logger.js';
import { ensureFolder, writeDurably } from './durable.js';
import { isSystemError, withFileErrors } from './fileError.js';
import { nodeFilePort, type FilePort } from './filePort.js';
import { withLock } from './lock.js';

/** `$SKEIN_HOME/folders.json`. */
export const foldersSchema = z.looseObject({
  version: z.literal(1),
  /** The `.skein` folders that this person wrote to, and the working tree or folder that each belongs to. */
  stores: z.array(z.looseObject({ root: z.string(), dir: z.string() })),
});
type Folders = z.infer<typeof foldersSchema>;
export type KnownStore = Folders['stores'][number];

/** `$SKEIN_HOME/folders.json` as a lowdb document. */
function document(port: FilePort, file: string): Low<Folders> {
  const read = async (): Promise<Folders | null> => {
    try {
      return foldersSchema.parse(JSON.parse(Buffer.from(await port.readFile(file)).toString('utf8')));
    } catch (error) {
      // A list that can be had again by writing to each store once: not worth refusing to work for.
      if (error instanceof SyntaxError || error instanceof z.ZodError || isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
      throw error;
    }
  };
  const write = (data: Folders): Promise<void> => writeDurably(port, file, Buffer.from(`${JSON.stringify(data, null, 2)}\n`));
  return new Low<Folders>({ read, write }, { version: 1, stores: [] });
}

/** The stores that this person wrote to, which is how "all folders" finds them; those that are gone are left out by the caller. */
export async function knownStores(home: string, port: FilePort = nodeFilePort): Promise<readonly KnownStore[]> {
  const folders = document(port, path.join(home, 'folders.json'));
  await withFileErrors(home, () => folders.read());
  return folders.data.stores;
}

/** Notes a store in the list. Writes nothing when it is there already. */
export async function rememberStore(home: string, store: KnownStore, program: string, port: FilePort = nodeFilePort): Promise<void> {
  const file = path.join(home, 'folders.json');
  const folders = document(port, file);
  const isKnown = (): boolean => folders.data.stores.some(({ root }) => root === store.root);
  await withFileErrors(file, async () => {
    await folders.read();
    if (isKnown()) return;
    await ensureFolder(port, home);
    await withLock(path.join(home, 'folders.lock'), { port, program, logger: silentLogger }, async () => {
      await folders.read();
      if (isKnown()) return;
      folders.data.stores.push({ ...store });
      await folders.write();
    });
  });
}
