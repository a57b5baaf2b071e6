import type { Entry, ToolCall } from '../model/entry.js';
import { textOf } from '../model/contentText.js';
import type { TurnUpdate } from '../model/turn.js';
import { plainLine, plainText } from './plainText.js';
import type { Terminal } from './terminal.js';

const toolMarks: Readonly<Record<ToolCall['status'], string>> = {
  pending: '…',
  running: '…',
  completed: '✓',
  failed: '✗',
  denied: '✗ denied:',
  cancelled: '✗ cancelled:',
};

/** Prints a turn as it streams: the answer to stdout, thinking, tools, plan and notices to stderr. */
export class TurnPrinter {
  readonly #terminal: Terminal;
  /** Messages and thoughts whose deltas were printed: their entries are not printed again. */
  readonly #streamed = new Set<string>();
  /** The last status printed of each tool call. */
  readonly #tools = new Map<string, string>();
  /** The block that streams now, and where. */
  #block: { readonly id: string; readonly kind: 'text' | 'thinking' } | undefined;
  #answered = false;
  #atLineStart = true;

  /** @param verbose whether what tools put out is printed. */
  constructor(
    terminal: Terminal,
    private readonly verbose = false,
  ) {
    this.#terminal = terminal;
  }

  print(update: TurnUpdate): void {
    switch (update.kind) {
      case 'text':
      case 'thinking':
        this.#stream(update.kind, update.id, update.delta);
        break;
      case 'tool':
        this.#tool(update.call);
        break;
      case 'plan':
        for (const step of update.steps) this.#say(`[${step.status}] ${step.text}`);
        break;
      case 'entry':
        this.#entry(update.entry);
        break;
      case 'notice':
        this.#say(update.level === 'warning' ? `warning: ${update.text}` : update.text);
        break;
      case 'ended':
        this.#endBlock();
        break;
      case 'started':
      case 'permission':
      case 'permission_done':
      case 'usage':
      case 'title':
      case 'queue':
        break;
    }
  }

  /** Ends the line that streams, so that something else can be printed on one of its own. */
  pause(): void {
    this.#endBlock();
  }

  #stream(kind: 'text' | 'thinking', id: string, delta: string): void {
    if (delta === '') return;
    if (this.#block?.id !== id || this.#block.kind !== kind) {
      this.#endBlock();
      this.#block = { id, kind };
      // Messages of one answer are paragraphs of one text.
      if (kind === 'text' && this.#answered) this.#terminal.write('\n');
    }
    this.#streamed.add(id);
    this.#atLineStart = delta.endsWith('\n');
    if (kind === 'thinking') this.#terminal.writeError(this.#terminal.styleError('dim', plainText(delta)));
    else {
      this.#answered = true;
      // A file or another program gets the answer as it is; a terminal would obey what is in it.
      this.#terminal.write(this.#terminal.stdoutIsTerminal ? plainText(delta) : delta);
    }
  }

  #endBlock(): void {
    if (this.#block && !this.#atLineStart) {
      if (this.#block.kind === 'text') this.#terminal.write('\n');
      else this.#terminal.writeError('\n');
    }
    this.#block = undefined;
    this.#atLineStart = true;
  }

  #tool(call: ToolCall): void {
    if (this.#tools.get(call.id) === call.status) return;
    const mark = toolMarks[call.status];
    // A call that was pending and now runs is the same news.
    const known = this.#tools.get(call.id);
    this.#tools.set(call.id, call.status);
    if (known !== undefined && toolMarks[known as ToolCall['status']] === mark) return;
    this.#say(`${mark} ${call.title}`);
    if (this.verbose && call.output) for (const line of call.output.trimEnd().split('\n')) this.#say(`  ${line}`);
  }

  /** What was not streamed: an agent that answers at once. */
  #entry(entry: Entry): void {
    if (this.#streamed.has(entry.id)) return;
    if (entry.type === 'message' && entry.message.role === 'assistant') this.#stream('text', entry.id, textOf(entry.message.content));
    else if (entry.type === 'thinking') this.#stream('thinking', entry.id, entry.text);
    else if (entry.type === 'tool_call') this.#tool(entry.call);
    else return;
    this.#endBlock();
  }

  #say(line: string): void {
    this.#endBlock();
    this.#terminal.say(this.#terminal.styleError('dim', plainLine(line)));
  }
}
