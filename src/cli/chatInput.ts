import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface, type Key } from 'node:readline';
import type { Terminal } from './terminal.js';
import { lineEnd, PastedLines, pasteMarks, withLineEnds } from './pastedLines.js';
import { columnAfter } from './terminalColumn.js';

export interface ChatEvents {
  readonly line: (line: string) => void;
  /** Ctrl+C; whether it dropped a line that was half typed. */
  readonly interrupt: (typed: boolean) => void;
  /** Something begins to be typed while a turn runs. */
  readonly typing: () => void;
}

/**
 * The line that is typed in a chat, while answers come in. At rest it has a prompt; while a turn runs it shows from its first key
 * on, below what is printed: that goes on in its own row as it comes, where it is certain at which column that ends; else in
 * whole lines. Between lines the terminal is as it was, so that others can ask on it.
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
  /** The columns that the unfinished line of what is printed takes in its last row; `undefined`: not certain. */
  #column: number | undefined = 0;
  /** How wide the terminal was when the line was drawn below that. */
  #columns = 0;
  readonly #paste = new PastedLines();
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
    this.terminal.say(`${this.#column === 0 ? '' : '\n'}${this.#bare.styleError('dim', line)}`);
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
      this.#column = 0;
      this.#release();
      this.#events.line(withLineEnds(line));
    });
    lines.on('SIGINT', () => {
      const typed = lines.line !== '';
      // Drops the line, as shells do.
      if (this.#drawn) lines.write(null, { ctrl: true, name: 'u' });
      if (!this.#resting || !typed) this.#erase();
      this.#events.interrupt(typed);
      if (this.#resting) this.#draw();
    });
    // After Ctrl+Z and `fg`. Node leaves stdin paused, and the shell has printed.
    lines.on('SIGCONT', () => {
      this.#drawn = false;
      this.#column = 0;
      lines.resume();
      if (this.#resting || lines.line !== '') this.#draw();
    });
    lines.on('close', () => {
      // Closed by us, it is another's turn.
      if (this.#lines !== lines) return;
      this.#isEnded = true;
      this.#close();
      this.#bare.say('');
      this.#drawn = false;
      this.#column = 0;
      this.#release();
      this.#end();
    });
    process.stdin.prependListener('keypress', this.#key);
    this.#bare.writeError(pasteMarks.on);
  }

  #close(): void {
    process.stdin.off('keypress', this.#key);
    if (this.#lines) this.#bare.writeError(pasteMarks.off);
    const lines = this.#lines;
    this.#lines = undefined;
    lines?.close();
  }

  /** Before the line itself takes the key. */
  readonly #key = (text: string | undefined, key: Key): void => {
    if (this.#paste.take(key, () => this.#lines?.write(lineEnd))) return;
    const types = (text !== undefined && text >= ' ' && key.ctrl !== true && key.name !== 'backspace') || key.name === 'up';
    if (this.#drawn || !types) return;
    this.#events.typing();
    this.#draw();
  };

  #draw(): void {
    const lines = this.#lines;
    if (!lines || this.#drawn) return;
    if (this.#column !== 0) this.#bare.writeError('\n');
    this.#columns = columnsNow();
    this.#drawn = true;
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
    // Back to where what was printed ends, if it is still there.
    const column = this.#columns === columnsNow() ? (this.#column ?? 0) : 0;
    this.#column = column < this.#columns ? column : 0;
    if (this.#column === 0) return;
    moveCursor(process.stderr, 0, -1);
    cursorTo(process.stderr, this.#column);
  }

  #print(text: string, write: (text: string) => void): void {
    if (text === '') return;
    const lines = this.#lines;
    if (this.#drawn && !this.#resting && lines?.line === '') this.#erase();
    if (!this.#drawn || !lines) {
      this.#write(text, write);
      return;
    }
    const all = [...this.#held, { text }].map((each) => each.text).join('');
    const isCertain = columnAfter(all, this.#column ?? 0, columnsNow()) !== undefined;
    const shown = isCertain ? text.length : text.lastIndexOf('\n') + 1;
    if (shown > 0) {
      this.#erase();
      this.#release();
      this.#write(text.slice(0, shown), write);
      this.#draw();
    }
    if (shown < text.length) this.#held.push({ text: text.slice(shown), write });
  }

  /** Prints what waited for the end of its line. */
  #release(): void {
    for (const { text, write } of this.#held.splice(0)) this.#write(text, write);
  }

  #write(text: string, write: (text: string) => void): void {
    write(text);
    this.#column = columnAfter(text, this.#column, columnsNow());
  }
}

const columnsNow = (): number => process.stderr.columns || 80;
