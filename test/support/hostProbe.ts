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
 * Our end of the probe extension: runs a function inside the extension host that came up last of those that are up. A window
 * that reloads has a new one; calls made while there is none wait for the next.
 */
export class HostProbe {
  /** The extension to link into the server. */
  static readonly extension = fileURLToPath(new URL('./probe', import.meta.url));

  /** Those that are up, in the order in which they came. */
  readonly #hosts: Socket[] = [];
  #arrival = deferred();
  #arrived = 0;
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

  /** How many extension hosts have come up so far. */
  get arrived(): number {
    return this.#arrived;
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
      const answered = this.#newest().then((socket) => {
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
    for (const socket of this.#hosts) socket.destroy();
  }

  async #newest(): Promise<Socket> {
    for (;;) {
      const socket = this.#hosts.at(-1);
      if (socket) return socket;
      await this.#arrival.promise;
    }
  }

  #accept(socket: Socket): void {
    this.#hosts.push(socket);
    this.#arrived++;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      for (const waiting of this.#waiting.values()) {
        if (waiting.socket === socket) waiting.reject(new Error('the extension host went away'));
      }
      this.#hosts.splice(this.#hosts.indexOf(socket), 1);
    });
    createInterface({ input: socket }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
      if (answer.error === undefined) waiting?.resolve(answer.result);
      else waiting?.reject(new Error(`in the extension host: ${answer.error}`));
    });
    this.#arrival.resolve();
    this.#arrival = deferred();
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
