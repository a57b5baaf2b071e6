import * as fs from 'node:fs/promises';

/** The ids of all processes that have that `NAME=value` in their environment. Linux alone can tell. */
export async function processesWith(variable: string): Promise<number[]> {
  const pids = (await fs.readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Gone in the meantime, another user's, or a zombie, whose environment is empty.
      const environment = await fs.readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(variable) ? [pid] : [];
    }),
  );
  return found.flat();
}
