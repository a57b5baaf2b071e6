import { setTimeout as delay } from 'node:timers/promises';

/** Asks again until `probe` gives something other than `undefined` and `false`; gives it. Rejects with `what` when it never does. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeout = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${String(timeout / 1000)} s`);
    await delay(50);
  }
}
