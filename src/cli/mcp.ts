import type { Invocation } from './invocation.js';
import { version } from './version.js';

/** `skein mcp`: runs until its client closes stdin. Stdout belongs to the protocol. */
export async function mcp({ folder, env, logger }: Invocation): Promise<undefined> {
  const { serveMcp } = await import('../mcp/main.js');
  await serveMcp({ folder: await folder(), env, version: version(), logger });
}
