import { commandHelp, commandOf } from '../core/promptCommands.js';
import type { Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import type { Invocation } from './invocation.js';
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
  session: () => Promise<string>,
  prompt: string | undefined,
): Promise<void> {
  const { terminal } = invocation;
  const conversation = new Conversation(invocation, workspace, session);
  if (prompt === undefined && terminal.stdinIsTerminal) {
    const { lineChat } = await import('./lineChat.js');
    await lineChat(terminal, (line) => conversation.send(line));
    return;
  }
  const text = prompt ?? (await stdinText());
  if (text.trim() === '') throw new SessionError('usage', 'there is no prompt', { hint: 'skein "prompt", or the prompt on stdin' });
  await conversation.send(text);
}

/** Prompts of one session, and of the fork that a `/fork` goes on in. */
class Conversation {
  readonly #invocation: Invocation;
  readonly #workspace: Workspace;
  #session: () => Promise<string>;

  constructor(invocation: Invocation, workspace: Workspace, session: () => Promise<string>) {
    this.#invocation = invocation;
    this.#workspace = workspace;
    this.#session = session;
  }

  async send(text: string): Promise<void> {
    const { terminal, options } = this.#invocation;
    const command = commandOf(text);
    if (command?.name === 'help') {
      terminal.print(commandHelp());
      return;
    }
    const id = await this.#session();
    const outcome = command ? await this.#workspace.runPrompt(id, text.trim()) : { handled: false };
    if (!outcome.handled) return runTurn(this.#workspace, id, text, { terminal, mode: options.mode, takeOver: options.takeOver });
    if (outcome.text !== undefined) terminal.print(plainText(outcome.text));
    const { id: next } = outcome;
    if (next !== undefined) this.#session = () => Promise.resolve(next);
  }
}
