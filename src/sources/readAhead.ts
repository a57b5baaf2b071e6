import { closeSync, read } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { openPlainFile, type PlainFile } from './plainFile.js';

/** How many bytes of a file's beginning and of its end are read. */
export interface EndBytes {
  readonly head: number;
  readonly tail: number;
}

/** What is read in less time is too little to tell by. */
const leastMs = 20;
/** Reading that takes so many times what the processor works in it waits for a disk or a server. */
const waitingShare = 1.5;

/**
 * Batches of files that are read one after the other. Once that is seen to wait for the disk, the system is made to read the files
 * of the next batch into its memory meanwhile, several at a time. Where they are there already, that would only take longer.
 */
export class ReadAhead {
  readonly #ends: EndBytes;
  #took = 0;
  #worked = 0;
  #isWaiting: boolean;
  #begun: Promise<void> | undefined;

  constructor(ends: EndBytes, isWaiting = false) {
    this.#ends = ends;
    this.#isWaiting = isWaiting;
  }

  /** Gives others in this process their turn, and resolves when the files of a batch are to be read. */
  async turn(paths: () => readonly string[], next: () => readonly string[]): Promise<void> {
    if (this.#isWaiting) {
      await (this.#begun ?? this.#read(paths()));
      this.#begun = this.#read(next());
    }
    await breathe();
  }

  /** Reads, and sees whether that waits. */
  watch(reading: () => void): void {
    const [start, before] = [performance.now(), process.cpuUsage()];
    reading();
    const { user, system } = process.cpuUsage(before);
    this.#took += performance.now() - start;
    this.#worked += (user + system) / 1000;
    this.#isWaiting ||= this.#took > leastMs && this.#took > waitingShare * this.#worked;
  }

  async #read(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map((path) => readEnds(path, this.#ends)));
  }
}

async function readEnds(path: string, { head, tail }: EndBytes): Promise<void> {
  let file: PlainFile;
  try {
    file = openPlainFile(path);
  } catch {
    // Whoever reads it says so.
    return;
  }
  const { fd, stat } = file;
  const behind = Math.max(head, stat.size - tail);
  await Promise.all([readBytes(fd, 0, Math.min(head, stat.size)), readBytes(fd, behind, stat.size - behind)]);
  closeSync(fd);
}

const readBytes = (fd: number, position: number, length: number): Promise<void> =>
  new Promise((resolve) => {
    if (length <= 0) resolve();
    // What goes wrong here goes wrong again for whoever reads it, and is said there.
    else read(fd, unread, 0, Math.min(length, unread.length), position, () => resolve());
  });

/** Nobody looks at it: threads may write to it at the same time. */
const unread = Buffer.allocUnsafe(64 * 1024);
