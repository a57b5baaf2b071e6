import type { Entry } from '../model/entry.js';
import { SessionError, messageOf } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import { isSystemError, withFileErrors } from './fileError.js';
import { holderName, leaseExpiryMs, readLease, removeLease, writeLease, type LeaseFile } from './leaseFile.js';
import { writePartialNow } from './partialFile.js';
import { updateRecord, type RecordChange } from './recordUpdate.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import type { Lease } from './store.js';
import type { StoreContext } from './storeContext.js';
import { appendLines, scanTranscript } from './transcriptFile.js';

const renewMs = 30_000;
/** How often a holder looks whether it still is one. */
const lookMs = 500;

/** A lease that this process took. All that it is needed for looks, under the session's lock, whether it is still ours. */
export class HeldLease implements Lease {
  readonly id: string;
  readonly epoch: number;
  readonly lost: Promise<SessionError>;
  readonly #context: StoreContext;
  readonly #paths: SessionPaths;
  readonly #ended: (() => void) | undefined;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #lose: (error: SessionError) => void;
  #file: LeaseFile;
  #released = false;

  constructor(context: StoreContext, id: string, file: LeaseFile, ended: (() => void) | undefined) {
    this.id = id;
    this.epoch = file.epoch;
    this.#context = context;
    this.#paths = sessionPaths(context.sessions, id);
    this.#file = file;
    this.#ended = ended;
    let lose: (error: SessionError) => void = () => undefined;
    this.lost = new Promise((resolve) => (lose = resolve));
    this.#lose = lose;
    this.#timers = [this.#every(renewMs, () => this.setState(this.#file.state)), this.#every(lookMs, () => this.#look())];
  }

  async setState(state: 'running' | 'waiting'): Promise<void> {
    await this.#whileOurs(async () => {
      this.#file = { ...this.#file, state, expires_at: new Date(this.#context.now().getTime() + leaseExpiryMs).toISOString() };
      await writeLease(this.#context.port, this.#paths.lease, this.#file);
    });
  }

  update(change: RecordChange): Promise<SessionRecord> {
    return updateRecord(this.#context, this.id, change, () => this.#assertOurs());
  }

  /** Appends under the lease's epoch. When the session was taken over, the lines are set aside where readers find them. */
  async append(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const { port } = this.#context;
    const lines = entries.map((entry) => ({ epoch: this.epoch, ...entry }));
    await this.#locked(async () => {
      const fenced = await this.#fenced();
      // Only behind a `lease` line are they set aside.
      if (fenced === undefined || fenced.epoch > this.epoch) await appendLines(port, this.#paths.transcript, lines);
      if (fenced !== undefined) throw this.#lostTo(fenced.error);
    });
  }

  /** As `writePartial`; a partial of the next holder stays as it is. */
  async writePartial(partial: readonly Entry[] | null): Promise<void> {
    await this.#whileOurs(() => writePartialNow(this.#context, this.#paths, partial));
  }

  async release(): Promise<void> {
    this.#released = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#ended?.();
    const { port } = this.#context;
    await this.#locked(async () => {
      if (!(await this.#isOurs())) return;
      await removeLease(port, this.#paths);
    });
  }

  #locked(act: () => Promise<void>): Promise<void> {
    return withFileErrors(this.#paths.lease, () => this.#context.lock(this.#paths.lock, act));
  }

  /** Acts under the session's lock; `fenced` when another holder's name is in the lease by now, or none. */
  #whileOurs(act: () => Promise<void>): Promise<void> {
    return this.#locked(async () => {
      await this.#assertOurs();
      await act();
    });
  }

  async #assertOurs(): Promise<void> {
    const fenced = await this.#fenced();
    if (fenced !== undefined) throw this.#lostTo(fenced.error);
  }

  async #isOurs(): Promise<boolean> {
    return (await readLease(this.#context.port, this.#paths.lease))?.nonce === this.#file.nonce;
  }

  /** Who has the session by now, and in which epoch; `undefined` while it is ours. The next holder may have let go again. */
  async #fenced(): Promise<{ readonly error: SessionError; readonly epoch: number } | undefined> {
    const { port } = this.#context;
    const current = await readLease(port, this.#paths.lease);
    if (current?.nonce === this.#file.nonce) return undefined;
    let taker = current && holderName(current);
    let { epoch }: { readonly epoch: number } = this;
    try {
      ({ epoch } = await scanTranscript(port, this.#paths.transcript, (entry) => {
        if (entry.type === 'lease' && entry.epoch > this.epoch && entry.holder) taker ??= holderName(entry.holder);
        return undefined;
      }));
    } catch (error) {
      // The session went with its lease.
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
    const by = taker === undefined ? 'its lease was removed' : `it was taken over by ${taker}`;
    const error = new SessionError('fenced', `this turn of session ${this.id.slice(0, 8)} was ended: ${by}`, {
      hint: 'what came until then is kept; follow the session, fork it, or take it back',
    });
    return { error, epoch };
  }

  /** A holder that waits, for its agent or for the person, or was stopped, learns of its loss too. */
  async #look(): Promise<void> {
    if (await this.#isOurs()) return;
    const fenced = await this.#fenced();
    if (fenced !== undefined) this.#lostTo(fenced.error);
  }

  #lostTo(error: SessionError): SessionError {
    for (const timer of this.#timers) clearInterval(timer);
    // One that was let go is nobody's loss.
    if (!this.#released) this.#lose(error);
    return error;
  }

  /** What fails is tried again with the next. */
  #every(ms: number, act: () => Promise<void>): NodeJS.Timeout {
    return setInterval(() => {
      act().catch((error: unknown) => {
        if (!this.#released) this.#context.logger.warn(`session ${this.id}: the lease: ${messageOf(error)}`);
      });
    }, ms).unref();
  }
}
