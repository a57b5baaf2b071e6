import { createReadStream } from 'node:fs';

/** Whether two files hold the same bytes; neither is held in memory. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [left, right] = [createReadStream(one), createReadStream(other)].map((stream) => stream[Symbol.asyncIterator]());
  for (;;) {
    const [a, b] = await Promise.all([left?.next(), right?.next()]);
    if (a?.done || b?.done) return a?.done === b?.done;
    if (!(a?.value as Buffer).equals(b?.value as Buffer)) return false;
  }
}
