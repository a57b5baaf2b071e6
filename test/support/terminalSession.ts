import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { CliPlace } from './cli.js';
import { terminalScreen } from './terminalScreen.js';

/** A command on a pseudo-terminal of 100 columns. */
export interface TerminalSession {
  /** What is on the screen so far, without control sequences. */
  screen(): string;
  /** The lines as they stand there, those that scrolled off too. */
  lines(): readonly string[];
  /** Waits until the text is printed, after what was waited for before. */
  see(text: string | RegExp): Promise<void>;
  type(keys: string): void;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
}

export const keys = { enter: '\r', down: '\u001b[B', ctrlC: '\u0003', ctrlD: '\u0004' } as const;

/** Runs `skein` with these arguments on a pseudo-terminal, by `script` of util-linux, which every Linux has. */
export function startOnTerminal({ command, folder, env }: CliPlace, args: readonly string[]): TerminalSession {
  const line = [...command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  // `script` takes the size of its own terminal, and here it has none.
  const child = spawn('/usr/bin/script', ['-qec', `/usr/bin/stty cols 100 rows 30; exec ${line}`, '/dev/null'], {
    cwd: folder,
    env: { ...env, SHELL: '/bin/sh', TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  let seen = 0;
  let look = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    look();
  });
  const lines = (): readonly string[] => terminalScreen(printed, { columns: 100, rows: 30 });
  const screen = (): string => stripVTControlCharacters(printed).replaceAll('\r', '');
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    screen,
    lines,
    ended,
    type: (text) => void child.stdin.write(text),
    see: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          const rest = screen().slice(seen);
          const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
          if (at < 0) return;
          seen += at + (typeof text === 'string' ? text.length : (text.exec(rest)?.[0].length ?? 0));
          look = () => undefined;
          resolve();
        };
        void ended.then(() => reject(new Error(`it ended before it printed ${String(text)}:\n${screen()}`)));
        look();
      }),
  };
}
