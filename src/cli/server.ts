import { SessionError } from '../model/errors.js';
import type { Invocation } from './invocation.js';

/** `skein server --stdio`: runs until its client ends it or is gone. Stdout belongs to the protocol. */
export async function server({ options, env }: Invocation): Promise<undefined> {
  if (options.stdio !== true) throw new SessionError('usage', 'how is the server to be spoken to?', { hint: 'skein server --stdio' });
  const { startServer } = await import('../server/server.js');
  // vscode-languageserver reads `--stdio` from the arguments, and ends this process itself.
  startServer({ env });
}
