import { isSystemError } from './fileError.js';
import type { FolderEntry } from './filePort.js';
import type { StoreContext } from './storeContext.js';

const idInName = /^\.?(?<id>[0-9a-f]{32})(?:\.|$)/;

/** The session that a file name belongs to, empty when it may be any. */
export function idOf(name: string | null): string {
  return idInName.exec(name ?? '')?.groups?.['id'] ?? '';
}

/** One word for the state of each session's files: it differs whenever a record or a transcript may. */
export async function sessionStates(context: StoreContext): Promise<ReadonlyMap<string, string>> {
  const { port, sessions } = context;
  const states = new Map<string, string>();
  for (const { name, kind } of await namesIn(context)) {
    const id = idOf(name);
    if (id === '' || kind !== 'file' || name.startsWith('.')) continue;
    try {
      const { mtimeMs, ctimeMs, size, ino } = port.lstatSync(`${sessions}/${name}`);
      states.set(id, `${states.get(id) ?? ''}${name}:${String(mtimeMs)}:${String(ctimeMs)}:${String(size)}:${String(ino)};`);
    } catch {
      // Gone since its name was read: the next look tells.
    }
  }
  return states;
}

async function namesIn({ port, sessions }: StoreContext): Promise<readonly FolderEntry[]> {
  try {
    return await port.readdir(sessions);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
