import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type * as vscode from 'vscode';

/** The VS Code API as an extension sees it. */
export type VsCode = typeof vscode;

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly socket: Socket;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Our end of the probe extension: runs a function inside the extension host of the window that came up last. A window that
 * reloads is a new extension host; calls made meanwhile wait for it.
 */
export class HostProbe {
  /** The extension to link into the server. */
  static readonly extension = fileURLToPath(new URL('./probe', import.meta.url));

  #socket: Socket | undefined;
  #connected = deferred<Socket>();
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  readonly #server: Server;

  private constructor(readonly socketFile: string) {
    this.#server = createServer((socket) => {
      this.#accept(socket);
    });
  }

  /** Listens on a socket file, whose path goes to the server's environment as SKEIN_PROBE_SOCKET. */
  static async listen(socketFile: string): Promise<HostProbe> {
    const probe = new HostProbe(socketFile);
    await new Promise<void>((resolve, reject) => {
      probe.#server.once('error', reject).listen(socketFile, resolve);
    });
    return probe;
  }

  /**
   * Runs `action` in the extension host and gives what it returns. It is sent as text: it sees its two arguments and the
   * host's globals (`require` is not one), nothing of the test file. Argument and result cross as JSON.
   */
  async evaluate<Argument, Result>(
    action: (api: VsCode, argument: Argument) => Result,
    argument: Argument,
    timeout = 30_000,
  ): Promise<Awaited<Result>> {
    const id = this.#nextId++;
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`no answer from the extension host within ${String(timeout)} ms`));
        }, timeout);
      });
      const answered = this.#connected.promise.then((socket) => {
        return new Promise<unknown>((resolve, reject) => {
          this.#waiting.set(id, { socket, resolve, reject });
          socket.write(`${JSON.stringify({ id, source: action.toString(), argument })}\n`);
        });
      });
      return (await Promise.race([answered, late])) as Awaited<Result>;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#server.close();
    this.#socket?.destroy();
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      for (const waiting of this.#waiting.values()) {
        if (waiting.socket === socket) waiting.reject(new Error('the extension host went away'));
      }
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#connected = deferred();
    });
    createInterface({ input: socket }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
      if (answer.error === undefined) waiting?.resolve(answer.result);
      else waiting?.reject(new Error(`in the extension host: ${answer.error}`));
    });
    this.#connected.resolve(socket);
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
