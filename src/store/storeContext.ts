import * as path from 'node:path';
import { silentLogger, type Logger } from '../model/logger.js';
import { nodeFilePort, type FilePort } from './filePort.js';
import { freshId } from './freshId.js';
import type { Held } from './lock.js';
import type { Actor } from './store.js';

/** What the pieces of one open store share. */
export interface StoreContext {
  readonly port: FilePort;
  /** The `.skein` folder. */
  readonly root: string;
  /** `<root>/sessions`. */
  readonly sessions: string;
  readonly actor: Actor;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Runs `act` under a lock (`sessionPaths(…).lock`): `withLock` of lock.ts. */
  lock<T>(lockPath: string, act: (held: Held) => Promise<T>): Promise<T>;
  /** With what the nonces of the leases begin that are taken here: one is told from another's whenever it was read. */
  readonly mark: string;
}

export interface StoreContextOptions {
  readonly root: string;
  readonly actor: Actor;
  readonly port?: FilePort;
  readonly logger?: Logger;
  readonly now?: () => Date;
  readonly lockWaitMs?: number;
}

export function storeContext(options: StoreContextOptions): StoreContext {
  const { root, actor, port = nodeFilePort, logger = silentLogger, now = () => new Date(), lockWaitMs = 30_000 } = options;
  return {
    port,
    root,
    sessions: path.join(root, 'sessions'),
    actor,
    logger,
    now,
    // Loaded with the first lock: what only reads takes none.
    lock: async (lockPath, act) =>
      (await import('./lock.js')).withLock(lockPath, { port, program: actor.program, logger, waitMs: lockWaitMs }, act),
    mark: freshId().slice(0, 16),
  };
}
