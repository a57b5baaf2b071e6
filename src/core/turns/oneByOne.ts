import type { CoreContext } from '../context.js';

const last = new Map<string, Promise<unknown>>();

/**
 * Acts when all that was to act before on this session is done: for what takes its lease only for a moment, so that nothing in
 * this process finds a session busy that runs nothing.
 */
export function oneByOne<T>({ store }: CoreContext, id: string, act: () => Promise<T>): Promise<T> {
  const key = `${store.root}\t${id}`;
  const acted = (last.get(key) ?? Promise.resolve()).then(act);
  const settled = acted.then(
    () => undefined,
    () => undefined,
  );
  last.set(key, settled);
  void settled.then(() => {
    if (last.get(key) === settled) last.delete(key);
  });
  return acted;
}
