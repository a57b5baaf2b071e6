import type { Entry } from '../model/entry.js';
import { withFileErrors } from './fileError.js';
import { readHolder } from './leaseFile.js';
import { sessionPaths } from './sessionPaths.js';
import type { StoreContext } from './storeContext.js';
import { appendLines } from './transcriptFile.js';

/**
 * Appends what `entries` gives to a session that nobody runs, under its lock: between the looking and the writing no turn begins and
 * nobody else appends. `false`, and nothing written, while it runs. `entries` must not write to the session itself.
 */
export async function appendWhileIdle(context: StoreContext, id: string, entries: () => Promise<readonly Entry[]>): Promise<boolean> {
  const { port } = context;
  const paths = sessionPaths(context.sessions, id);
  return withFileErrors(paths.transcript, () =>
    context.lock(paths.lock, async () => {
      if ((await readHolder(port, paths.lease, context.now())) !== undefined) return false;
      const lines = await entries();
      if (lines.length > 0) await appendLines(port, paths.transcript, lines);
      return true;
    }),
  );
}
