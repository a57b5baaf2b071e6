import type { Workspace } from '../core/workspace.js';
import type { PermissionRequest, TurnUpdate } from '../model/turn.js';
import { askPermission } from './permission.js';
import type { Terminal } from './terminal.js';

/** What else is on the terminal: it makes room for a question. */
interface QuestionPrinter {
  pause(): void;
  resume?(): void;
}

/** Permission requests of this process' turns, asked one after the other: also those of sessions that an agent started. */
export class Questions {
  readonly #workspace: Workspace;
  readonly #terminal: Terminal;
  readonly #printer: QuestionPrinter;
  readonly #open = new Map<string, AbortController>();
  readonly #waiting: { readonly turn: string; readonly request: PermissionRequest }[] = [];
  #asking = false;

  constructor(workspace: Workspace, terminal: Terminal, printer: QuestionPrinter = { pause: () => undefined }) {
    this.#workspace = workspace;
    this.#terminal = terminal;
    this.#printer = printer;
  }

  take(turn: string, update: TurnUpdate): void {
    if (update.kind === 'permission_done') this.#open.get(update.id)?.abort();
    if (update.kind !== 'permission') return;
    this.#open.set(update.request.id, new AbortController());
    this.#waiting.push({ turn, request: update.request });
    if (!this.#asking) void this.#askEach();
  }

  close(): void {
    for (const controller of this.#open.values()) controller.abort();
  }

  async #askEach(): Promise<void> {
    this.#asking = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { turn, request } = next;
      const signal = this.#open.get(request.id)?.signal;
      if (!signal || signal.aborted) continue;
      this.#printer.pause();
      try {
        this.#workspace.running(turn)?.respond(request.id, await askPermission(request, this.#terminal, signal));
      } catch {
        // Ctrl+C at a question, or a prompt that failed: the turn cannot go on without an answer.
        this.#workspace.running(turn)?.cancel();
      }
      this.#printer.resume?.();
    }
    this.#asking = false;
  }
}
