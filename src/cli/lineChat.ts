import type { Workspace } from '../core/workspace.js';
import { commandHelp, commandOf } from '../core/prompts/promptCommands.js';
import { SessionError } from '../model/errors.js';
import { ChatInput } from './chatInput.js';
import { ChatTurns } from './chatTurns.js';
import { reportFailure } from './failure.js';
import type { Invocation, SessionOf } from './invocation.js';
import { plainText } from './plainText.js';
import { settle } from './turnRun.js';

/** What a chat understands beside the commands of every prompt. */
const chatCommands = [
  { name: 'steer', summary: 'end the turn that runs, and go on with this', argument: '<prompt>' },
  { name: 'cancel', summary: 'end the turn that runs, as Ctrl+C does', argument: '' },
  { name: 'drop', summary: 'forget the prompts that wait', argument: '' },
];

/**
 * A prompt a line until Ctrl+D. Lines that are typed while a turn runs wait for its end, in their order. A turn that fails or is
 * cancelled is told, and the chat goes on.
 */
export async function lineChat(invocation: Invocation, workspace: Workspace, session: SessionOf): Promise<void> {
  const { options } = invocation;
  let order: Promise<void> = Promise.resolve();
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const input = new ChatInput(invocation.terminal, {
    line: (line) => {
      order = order.then(() => chat.take(line));
      order.catch(fail);
    },
    interrupt: (typed) => chat.interrupt(typed),
    typing: () => turns.stopProgress(),
  });
  const turns = new ChatTurns(workspace, input, { mode: options.mode, takeOver: options.takeOver === true });
  const { terminal } = input;
  const chat = new LineChat(input, turns, workspace, () => session(terminal));
  terminal.say(terminal.styleError('dim', 'Ctrl+D ends the chat, Ctrl+C the turn; a line that is typed meanwhile waits for its end.'));
  input.rest();
  try {
    await Promise.race([input.ended, failed]);
    await Promise.race([order.then(() => turns.over()), failed]);
    await settle(workspace, terminal, new AbortController().signal);
  } finally {
    turns.close();
    input.close();
  }
}

/** Takes lines, one after the other, for a session and for the fork that a `/fork` goes on in. */
class LineChat {
  readonly #input: ChatInput;
  readonly #turns: ChatTurns;
  readonly #workspace: Workspace;
  #session: () => Promise<string>;

  constructor(input: ChatInput, turns: ChatTurns, workspace: Workspace, session: () => Promise<string>) {
    this.#input = input;
    this.#turns = turns;
    this.#workspace = workspace;
    this.#session = session;
  }

  interrupt(typed: boolean): void {
    // To whoever listens for it while a turn runs: a second one ends the program.
    if (this.#turns.busy) process.emit('SIGINT');
    else if (!typed) this.#input.notice('Ctrl+D ends the chat');
  }

  /** Resolves when the line is done with, or is a prompt that has begun or waits. */
  async take(line: string): Promise<void> {
    try {
      await this.#act(line);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      reportFailure(error, this.#input.terminal, false);
    }
    if (!this.#turns.busy) this.#input.rest();
  }

  async #act(line: string): Promise<void> {
    const turns = this.#turns;
    const { terminal } = this.#input;
    if (line.trim() === '') return turns.busy ? undefined : turns.sendWaiting();
    const [, word, rest = ''] = /^\/(steer|cancel|drop)(?:\s+(.*))?$/.exec(line.trim()) ?? [];
    if (word === 'cancel') {
      turns.cancel();
      return;
    }
    if (word === 'drop') return turns.drop();
    if (word === 'steer' && rest === '')
      throw new SessionError('usage', '/steer <prompt>', { hint: 'ends the turn, and goes on with this' });
    const text = word === 'steer' ? rest : line;
    const command = commandOf(text);
    if (command?.name === 'help') {
      terminal.print(commandHelp(chatCommands));
      return;
    }
    if (command?.name === 'fork' && turns.busy) {
      throw new SessionError('busy', 'the turn runs', { hint: 'fork when it has ended, or /cancel it' });
    }
    const id = await this.#session();
    const outcome = command ? await this.#workspace.runPrompt(id, text.trim()) : { handled: false };
    if (!outcome.handled) return turns.send(id, [{ type: 'text', text }], word === 'steer');
    if (outcome.text !== undefined) terminal.print(plainText(outcome.text));
    const { id: next } = outcome;
    if (next !== undefined) this.#session = () => Promise.resolve(next);
  }
}
