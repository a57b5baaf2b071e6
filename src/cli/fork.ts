import { SessionError } from '../model/errors.js';
import { converse } from './conversation.js';
import type { Invocation } from './invocation.js';

/** `skein sessions fork`: the new id goes to stdout, or to stderr when a prompt's answer goes there. */
export async function fork(invocation: Invocation): Promise<undefined> {
  const { args, options, terminal, open } = invocation;
  const [name = '', prompt] = args;
  // An empty prompt must not leave a fork behind that nobody asked anything.
  if (prompt?.trim() === '') throw new SessionError('usage', 'there is no prompt', { hint: 'without one, the fork is made and waits' });
  const workspace = await open();
  const { at, backend, title } = options;
  const record = await workspace.fork(await workspace.resolveId(name), { at, backend, title });
  if (prompt === undefined) {
    terminal.print(record.id);
    return;
  }
  terminal.say(`session ${record.id}`);
  await converse(invocation, workspace, () => Promise.resolve(record.id), prompt);
}
