import type { Entry } from '../model/entry.js';
import type { Holder } from '../model/row.js';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { isLeaseLive, readLease } from './leaseFile.js';
import { readPartial } from './partialFile.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import type { SessionTail, TailLook } from './store.js';
import type { StoreContext } from './storeContext.js';
import { scanTranscript } from './transcriptFile.js';

/** Reads a session on, look after look: only what is new of its transcript, and what streams. */
export class FileTail implements SessionTail {
  readonly #context: StoreContext;
  readonly #paths: SessionPaths;
  readonly #known = new Set<string>();
  #bytes = 0;
  #epoch = 0;
  #partial: { readonly state: string; readonly entries: readonly Entry[] | undefined } = { state: '', entries: undefined };

  constructor(context: StoreContext, id: string) {
    this.#context = context;
    this.#paths = sessionPaths(context.sessions, id);
  }

  /** In this order: what a holder wrote before it let go, and what it appended before it streamed on, is then seen too. */
  async look(): Promise<TailLook> {
    const holder = await this.holder();
    const partial = await this.#readPartial();
    const { entries, skipped } = await this.#readOn();
    return {
      holder,
      partial: (partial ?? []).filter(({ id }) => !this.#known.has(id)),
      unended: partial !== undefined,
      entries,
      skipped,
    };
  }

  /** Who runs the session's turn, when that is another process. */
  async holder(): Promise<Holder | undefined> {
    const { port, now, mark } = this.#context;
    const lease = await readLease(port, this.#paths.lease);
    return lease !== undefined && !lease.nonce.startsWith(mark) && (await isLeaseLive(lease, now())) ? lease : undefined;
  }

  async #readPartial(): Promise<readonly Entry[] | undefined> {
    const { port } = this.#context;
    const state = await stateOf(port, this.#paths.partial);
    if (state !== this.#partial.state) {
      this.#partial = { state, entries: state === '' ? undefined : (await readPartial(port, this.#paths.partial))?.entries };
    }
    return this.#partial.entries;
  }

  async #readOn(): Promise<Pick<TailLook, 'entries' | 'skipped'>> {
    const { port } = this.#context;
    const { size } = await port.lstat(this.#paths.transcript);
    if (size === this.#bytes) return { entries: [], skipped: [] };
    // Shorter than it was: another file by now.
    if (size < this.#bytes) [this.#bytes, this.#epoch] = [0, 0];
    const entries: Entry[] = [];
    const scan = await scanTranscript(
      port,
      this.#paths.transcript,
      (entry) => {
        if (!this.#known.has(entry.id)) entries.push(entry);
        this.#known.add(entry.id);
        return undefined;
      },
      { from: this.#bytes, epoch: this.#epoch },
    );
    [this.#bytes, this.#epoch] = [scan.bytes, scan.epoch];
    return { entries, skipped: scan.skipped };
  }
}

/** Differs whenever a file that is replaced as a whole was; empty where it is not there. */
async function stateOf(port: FilePort, file: string): Promise<string> {
  try {
    const { ino, size, ctimeMs } = await port.lstat(file);
    return `${String(ino)}:${String(size)}:${String(ctimeMs)}`;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return '';
    throw error;
  }
}
