import type * as Sqlite from 'node:sqlite';

/** Why databases cannot be read by this Node; `undefined` when they can. */
export function sqliteMissing(): string | undefined {
  return nodeSqlite() === undefined ? `reading it needs Node 22.13 or newer; this is Node ${process.versions.node}` : undefined;
}

let loaded: typeof Sqlite.DatabaseSync | undefined;

/** Node's own SQLite, without its notice that it is experimental, which is not for a user to read. */
export function nodeSqlite(): typeof Sqlite.DatabaseSync | undefined {
  if (loaded !== undefined) return loaded;
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    // Node 20.16 has `getBuiltinModule` and no SQLite; the types know only newer ones.
    const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
    loaded = sqlite?.DatabaseSync;
    return loaded;
  } finally {
    process.emitWarning = emitWarning;
  }
}
