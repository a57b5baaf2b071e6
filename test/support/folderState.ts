import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every path below a folder with its mode, the hash of its bytes and when it changed, to compare before and after. */
export async function folderState(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const states = names.map(async (name): Promise<[string, string]> => {
    const path = join(folder, name);
    const info = await lstat(path);
    const hash = info.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : '';
    return [name, `${info.mode.toString(8)} ${hash} ${info.mtimeMs}`];
  });
  return new Map(await Promise.all(states));
}
