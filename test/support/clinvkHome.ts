import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const fixture = join(import.meta.dirname, '../fixtures/clinvk/.clinvk');

/** A clinvk session of the fixture that has an agent's own id. */
export const clinvkSession = 'a5153eae4e1b885bc92a55eebacd0628';

/** Copies the real clinvk store into a home, its `/projects/myapp` put where `folder` is. Gives the folder of its sessions. */
export async function makeClinvkHome(home: string, folder: string): Promise<string> {
  const sessions = join(home, '.clinvk', 'sessions');
  await mkdir(home, { recursive: true });
  await cp(fixture, join(home, '.clinvk'), { recursive: true });
  for (const name of await readdir(sessions)) {
    const file = join(sessions, name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll('"/projects/myapp"', JSON.stringify(folder)));
  }
  return sessions;
}
