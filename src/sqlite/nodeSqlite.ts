import type * as Sqlite from 'node:sqlite';

let loaded: typeof Sqlite.DatabaseSync | undefined;

/** Node's own SQLite (22.13 and newer; `undefined` before), without its notice that it is experimental, which is not for a user to read. */
export function nodeSqlite(): typeof Sqlite.DatabaseSync | undefined {
  if (loaded !== undefined) return loaded;
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    // Node 20 has none, and at first no way to ask either; the types know only newer ones.
    const sqlite = 'getBuiltinModule' in process ? (process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined) : undefined;
    loaded = sqlite?.DatabaseSync;
    return loaded;
  } finally {
    process.emitWarning = emitWarning;
  }
}
