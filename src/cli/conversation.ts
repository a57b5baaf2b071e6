import { commandHelp, commandOf } from '../core/prompts/promptCommands.js';
import type { Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import type { Invocation, SessionOf } from './invocation.js';
import { plainText } from './plainText.js';
import { stdinText } from './stdinText.js';
import { runTurn } from './turnRun.js';

/**
 * Goes on in a session: with the prompt that was given, else on a terminal with a line chat, else with stdin as one
 * prompt. `session` is called when there is something to send, so that nothing is created for nothing.
 */
export async function converse(
  invocation: Invocation,
  workspace: Workspace,
  session: SessionOf,
  prompt: string | undefined,
): Promise<void> {
  const { terminal, options } = invocation;
  if (prompt === undefined && terminal.stdinIsTerminal) return (await import('./lineChat.js')).lineChat(invocation, workspace, session);
  const text = prompt ?? (await stdinText());
  if (text.trim() === '') throw new SessionError('usage', 'there is no prompt', { hint: 'skein "prompt", or the prompt on stdin' });
  const command = commandOf(text);
  if (command?.name === 'help') {
    terminal.print(commandHelp());
    return;
  }
  const id = await session(terminal);
  const outcome = command ? await workspace.runPrompt(id, text.trim()) : { handled: false };
  if (!outcome.handled) return runTurn(workspace, id, text, { terminal, mode: options.mode, takeOver: options.takeOver });
  if (outcome.text !== undefined) terminal.print(plainText(outcome.text));
}
