import { createInterface } from 'node:readline';
import { SessionError } from '../model/errors.js';
import { reportFailure } from './failure.js';
import type { Terminal } from './terminal.js';

/** A prompt a line until Ctrl+D. A turn that fails or is cancelled is told, and the chat goes on. */
export async function lineChat(terminal: Terminal, send: (line: string) => Promise<void>): Promise<void> {
  terminal.say(terminal.styleError('dim', 'Ctrl+D ends the chat, Ctrl+C the turn.'));
  const past: string[] = [];
  const typed: string[] = [];
  for (;;) {
    const line = typed.shift() ?? (await nextLine(terminal, past, typed));
    if (line === undefined) return;
    if (line.trim() === '') continue;
    past.unshift(line);
    try {
      await send(line);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      reportFailure(error, terminal, false);
    }
  }
}

/**
 * One line; undefined at the end. An interface of its own each time: between lines the terminal is as it was, so that
 * Ctrl+C is a signal and the prompt library can ask. Further lines of a paste go to `typed`.
 */
function nextLine(terminal: Terminal, past: readonly string[], typed: string[]): Promise<string | undefined> {
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt: terminal.styleError('cyan', '> '),
    history: [...past],
    terminal: true,
  });
  return new Promise((resolve) => {
    let first: string | undefined;
    lines.on('line', (line) => {
      if (first !== undefined) {
        typed.push(line);
        return;
      }
      first = line;
      // The rest of what was pasted comes in the same round.
      setImmediate(() => lines.close());
    });
    lines.on('SIGINT', () => {
      // Drops the line, as shells do.
      lines.write(null, { ctrl: true, name: 'u' });
      lines.prompt();
    });
    lines.on('close', () => {
      if (first === undefined) terminal.say('');
      resolve(first);
    });
    lines.prompt();
  });
}
