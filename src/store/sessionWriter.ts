import type { Entry } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import type { SessionRecord } from '../model/record.js';
import type { HeldLease } from './heldLease.js';
import { appendToTranscript, updateRecord, type BeforeChange, type RecordChange } from './recordUpdate.js';
import type { StoreContext } from './storeContext.js';

/** How long a record may stay behind its transcript while entries come in. */
const followMs = 1000;

/** Changes the sessions of one store, and lets each record follow its transcript: at once at a turn's end, else once a second. */
export class SessionWriter {
  readonly #context: StoreContext;
  readonly #due = new Map<string, NodeJS.Timeout>();
  readonly #leases = new Map<string, HeldLease>();

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** From now on what is appended to this session, or streams in it, is written under this lease, until it is released. */
  useLease(lease: HeldLease): void {
    this.#leases.set(lease.id, lease);
  }

  endLease(id: string): void {
    this.#leases.delete(id);
  }

  /** The lease held here, lost or not. */
  lease(id: string): HeldLease | undefined {
    return this.#leases.get(id);
  }

  update(id: string, change: RecordChange, before?: BeforeChange): Promise<SessionRecord> {
    this.#settled(id);
    return updateRecord(this.#context, id, change, before);
  }

  async append(id: string, entries: readonly Entry[]): Promise<void> {
    const lease = this.#leases.get(id);
    await (lease ? lease.append(entries) : appendToTranscript(this.#context, id, entries));
    if (this.#due.has(id)) return;
    const follow = (): void => {
      // Nobody waits for this one: whoever opens the session next folds in what it could not.
      this.settle(id).catch((error: unknown) => {
        this.#context.logger.warn(`session ${id}: the record does not follow yet: ${messageOf(error)}`);
      });
    };
    this.#due.set(id, setTimeout(follow, followMs).unref());
  }

  /** Brings the record up to its transcript now. */
  settle(id: string): Promise<SessionRecord> {
    return this.update(id, () => ({}));
  }

  #settled(id: string): void {
    clearTimeout(this.#due.get(id));
    this.#due.delete(id);
  }
}
