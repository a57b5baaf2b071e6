import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Puts `content` where a file is, in one step and for its owner only. What is beside it meanwhile has a name that no program lists. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const beside = join(dirname(path), `.tmp-${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
