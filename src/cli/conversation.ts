import type { Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import type { Invocation } from './invocation.js';
import { stdinText } from './stdinText.js';
import { runTurn } from './turnRun.js';

/**
 * Goes on in a session: with the prompt that was given, else on a terminal with a line chat, else with stdin as one
 * prompt. `session` is called when there is something to send, so that nothing is created for nothing.
 */
export async function converse(
  invocation: Invocation,
  workspace: Workspace,
  session: () => Promise<string>,
  prompt: string | undefined,
): Promise<void> {
  const { terminal, options } = invocation;
  const how = { terminal, mode: options.mode, takeOver: options.takeOver };
  if (prompt === undefined && terminal.stdinIsTerminal) {
    const { lineChat } = await import('./lineChat.js');
    await lineChat(terminal, async (line) => runTurn(workspace, await session(), line, how));
    return;
  }
  const text = prompt ?? (await stdinText());
  if (text.trim() === '') throw new SessionError('usage', 'there is no prompt', { hint: 'skein "prompt", or the prompt on stdin' });
  await runTurn(workspace, await session(), text, how);
}
