import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { secretMask } from './agentEnvironment.js';
import { LineTail } from './lineTail.js';
import { groupEnds, killLeftovers, killTree, killTreeNow } from './processTree.js';

export interface AgentProcessOptions {
  /** The name that its lines carry in the log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logger: Logger;
}

export interface ProcessEnd {
  readonly code: number | null;
  /** What killed it, where it did not exit by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly lastWords: string;
}

/** How long an ended process' stderr may still arrive, and what it started may live: either may be for ever. */
const drainMs = 250;
/** Lines logged in a second; a flood would make the log useless and the host slow. */
const linesPerSecond = 200;

const alive = new Set<number>();
let watching = false;

/**
 * A program that speaks over stdin and stdout, with all that it starts. It heads a process group of its own, which is killed
 * when the program ends, when it is stopped, and when we exit. Lines of stderr go to the log under its name; the last stay.
 */
export class AgentProcess {
  /** Resolves once, when the process has ended and its stderr was read; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #tail: LineTail;
  readonly #logFault: (words: string) => void;
  #running = true;
  #killed = false;

  constructor(options: AgentProcessOptions) {
    const mask = secretMask(options.env);
    const log = limited((line) => options.logger.debug(`${options.name}: ${line}`));
    this.#tail = new LineTail(log, mask);
    this.#logFault = (words) => options.logger.error(mask(`${options.name}: what it sent could not be taken in: ${words}`));
    this.#child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own on POSIX; on Windows taskkill walks the tree, and a detached child would open a console.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#tail.push(text));
    // Written to after it ended: `ended` tells, this only must not throw.
    this.#child.stdin.on('error', (error) => this.#tail.add(`(stdin: ${error.message})`));
    this.ended = this.#watch();
    const { pid } = this.#child;
    if (pid !== undefined) killAtExit(pid);
  }

  /** The last lines of stderr and what else was noted, without the values of secret variables. */
  lastWords(limit?: number): string {
    return this.#tail.text(limit);
  }

  get running(): boolean {
    return this.#running;
  }

  /** Whether it was killed for what it sent: nothing that comes after that counts. */
  get isGivenUp(): boolean {
    return this.#killed;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get stdin(): NodeJS.WritableStream {
    return this.#child.stdin;
  }

  get stdout(): NodeJS.ReadableStream {
    return this.#child.stdout;
  }

  /** Adds a line to the log and to the last words: something that stdout should not have carried. */
  note(line: string): void {
    if (!this.#killed) this.#tail.add(line);
  }

  /** Kills the process and all that it started. */
  kill(): void {
    if (this.#running && this.#child.pid !== undefined) killTree(this.#child.pid, 'SIGKILL');
  }

  /** Kills it, with the reason as its last words: what it still sends is cut off somewhere. */
  killFor(reason: string): void {
    this.note(reason);
    this.#killed = true;
    this.kill();
  }

  /**
   * Kills it because of what was thrown while a message of its was taken in: that is a fault of ours, which ends its turn in an
   * error. Our own process, which other sessions share, goes on.
   */
  killForFault(error: unknown): void {
    this.#logFault((error instanceof Error && error.stack) || messageOf(error));
    this.killFor(`(what it sent could not be taken in: ${messageOf(error)})`);
  }

  /** Ends it: closes stdin, as agents expect; asks after a third of `graceMs`; kills after all of it. */
  async stop(graceMs = 900): Promise<void> {
    this.#child.stdin.end();
    if (await this.#endsWithin(graceMs / 3)) return;
    if (this.#child.pid !== undefined && this.#running) killTree(this.#child.pid, 'SIGTERM');
    if (await this.#endsWithin((graceMs * 2) / 3)) return;
    this.kill();
    await this.ended;
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const timer = new AbortController();
    const timeout = delay(ms, false, { signal: timer.signal }).catch(() => false);
    const ended = await Promise.race([this.ended.then(() => true), timeout]);
    timer.abort();
    return ended;
  }

  async #watch(): Promise<ProcessEnd> {
    const child = this.#child;
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const end = await new Promise<Pick<ProcessEnd, 'code' | 'signal'>>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', (error) => {
        this.#tail.add(error.message);
        if (child.pid === undefined) resolve({ code: null, signal: null });
      });
    });
    this.#running = false;
    if (child.pid !== undefined) {
      // What it started may still be writing its own session down; then it has had its time.
      await Promise.all([Promise.race([closed, delay(drainMs, undefined, { ref: false })]), groupEnds(child.pid, drainMs)]);
      killLeftovers(child.pid);
      alive.delete(child.pid);
    }
    child.stdout.destroy();
    child.stderr.destroy();
    return { ...end, lastWords: this.lastWords() };
  }
}

/** Passes at most so many lines a second, and says how many it left out. */
function limited(log: (line: string) => void): (line: string) => void {
  let second = 0;
  let count = 0;
  return (line) => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) {
      if (count > linesPerSecond) log(`(${count - linesPerSecond} lines left out)`);
      second = now;
      count = 0;
    }
    count += 1;
    if (count <= linesPerSecond) log(line);
  };
}

function killAtExit(pid: number): void {
  alive.add(pid);
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const each of alive) killTreeNow(each);
  });
}
