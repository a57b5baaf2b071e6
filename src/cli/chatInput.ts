import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface, type Key } from 'node:readline';
import type { Terminal } from './terminal.js';

export interface ChatEvents {
  readonly line: (line: string) => void;
  /** Ctrl+C. */
  readonly interrupt: () => void;
  /** Something begins to be typed while a turn runs. */
  readonly typing: () => void;
}

/**
 * The line that is typed in a chat, while answers come in. At rest it has a prompt; while a turn runs it shows from its first key
 * on, below what is printed: that comes in whole lines until the line is entered. Between lines the terminal is as it was, so that
 * others can ask on it.
 */
export class ChatInput {
  /** Prints above the line that is typed. */
  readonly terminal: Terminal;
  /** Resolves at Ctrl+D. */
  readonly ended: Promise<void>;
  readonly #bare: Terminal;
  readonly #events: ChatEvents;
  readonly #end: () => void;
  readonly #held: { readonly text: string; readonly write: (text: string) => void }[] = [];
  #past: string[] = [];
  #lines: Interface | undefined;
  #isEnded = false;
  #resting = true;
  #drawn = false;
  #atLineStart = true;
  /** What was typed when another began to ask. */
  #kept = '';

  constructor(bare: Terminal, events: ChatEvents) {
    this.#bare = bare;
    this.#events = events;
    let end: () => void = () => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.#end = end;
    const out = (text: string): void => this.#print(text, bare.write);
    const error = (text: string): void => this.#print(text, bare.writeError);
    this.terminal = {
      ...bare,
      ...(bare.stdoutIsTerminal && {
        write: (text) => out(typeof text === 'string' ? text : Buffer.from(text).toString('utf8')),
        print: (line) => out(`${line}\n`),
      }),
      ...(bare.stderrIsTerminal && { writeError: error, say: (line) => error(`${line}\n`) }),
    };
  }

  /** Nothing runs: the prompt is there. */
  rest(): void {
    this.#resting = true;
    this.#open();
    this.#draw();
  }

  /** A turn runs: nothing is shown of the line until something is typed. */
  busy(): void {
    this.#resting = false;
    if (this.#lines?.line === '') this.#erase();
  }

  /** Prints a line of its own, also in the middle of another. */
  notice(line: string): void {
    this.terminal.say(`${this.#atLineStart ? '' : '\n'}${this.#bare.styleError('dim', line)}`);
  }

  /** Leaves the terminal to another, until `rest` or `resume`. */
  suspend(): void {
    this.#kept = this.#lines?.line ?? this.#kept;
    this.#erase();
    this.#release();
    this.#close();
  }

  resume(): void {
    if (this.#isEnded) return;
    this.#open();
    if (this.#resting || this.#kept !== '') this.#draw();
    if (this.#kept !== '') this.#lines?.write(this.#kept);
    this.#kept = '';
  }

  close(): void {
    this.#erase();
    this.#release();
    this.#close();
  }

  #open(): void {
    if (this.#lines || this.#isEnded) return;
    const prompt = this.#bare.styleError('cyan', '> ');
    const lines = createInterface({ input: process.stdin, output: process.stderr, prompt, history: this.#past, terminal: true });
    this.#lines = lines;
    lines.on('history', (past) => (this.#past = past));
    lines.on('line', (line) => {
      this.#drawn = false;
      this.#atLineStart = true;
      this.#release();
      this.#events.line(line);
    });
    lines.on('SIGINT', () => {
      // Drops the line, as shells do.
      if (this.#drawn) lines.write(null, { ctrl: true, name: 'u' });
      if (this.#resting) lines.prompt();
      else this.#erase();
      this.#events.interrupt();
    });
    lines.on('close', () => {
      // Closed by us, it is another's turn.
      if (this.#lines !== lines) return;
      this.#isEnded = true;
      this.#close();
      this.#bare.say('');
      this.#drawn = false;
      this.#release();
      this.#end();
    });
    process.stdin.prependListener('keypress', this.#key);
  }

  #close(): void {
    process.stdin.off('keypress', this.#key);
    const lines = this.#lines;
    this.#lines = undefined;
    lines?.close();
  }

  /** Before the line itself takes the key. */
  readonly #key = (text: string | undefined, key: Key): void => {
    const types = (text !== undefined && text >= ' ' && key.ctrl !== true && key.name !== 'backspace') || key.name === 'up';
    if (this.#drawn || !types) return;
    this.#events.typing();
    this.#draw();
  };

  #draw(): void {
    const lines = this.#lines;
    if (!lines || this.#drawn) return;
    if (!this.#atLineStart) this.#bare.writeError('\n');
    this.#atLineStart = true;
    this.#drawn = true;
    this.#redraw(lines);
  }

  #redraw(lines: Interface): void {
    // The rows that it drew before are gone.
    Reflect.set(lines, 'prevRows', 0);
    lines.prompt(true);
  }

  #erase(): void {
    if (!this.#drawn || !this.#lines) return;
    this.#drawn = false;
    moveCursor(process.stderr, 0, -this.#lines.getCursorPos().rows);
    cursorTo(process.stderr, 0);
    clearScreenDown(process.stderr);
  }

  #print(text: string, write: (text: string) => void): void {
    if (text === '') return;
    const lines = this.#lines;
    if (this.#drawn && !this.#resting && lines?.line === '') this.#erase();
    if (!this.#drawn || !lines) {
      this.#write(text, write);
      return;
    }
    const whole = text.lastIndexOf('\n') + 1;
    if (whole > 0) {
      this.#erase();
      this.#release();
      this.#write(text.slice(0, whole), write);
      this.#drawn = true;
      this.#redraw(lines);
    }
    if (whole < text.length) this.#held.push({ text: text.slice(whole), write });
  }

  /** Prints what waited for the end of its line. */
  #release(): void {
    for (const { text, write } of this.#held.splice(0)) this.#write(text, write);
  }

  #write(text: string, write: (text: string) => void): void {
    write(text);
    this.#atLineStart = text.endsWith('\n');
  }
}
