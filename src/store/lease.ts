import type { EntryOf } from '../model/entry.js';
import { SessionError, messageOf } from '../model/errors.js';
import { writeDurably } from './durable.js';
import { isSystemError, withFileErrors } from './fileError.js';
import { freshId } from './freshId.js';
import { isLeaseLive, readLease, type LeaseFile } from './leaseFile.js';
import { thisOwner } from './owner.js';
import { ensurePlainFolder } from './plainFolder.js';
import { readRecord } from './recordFile.js';
import { leaseEpoch } from './recordUpdate.js';
import { sessionPaths, type SessionPaths } from './sessionPaths.js';
import type { Lease } from './store.js';
import type { StoreContext } from './storeContext.js';
import { appendLines, scanTranscript } from './transcriptFile.js';

/** Another host takes a lease for dead when it was not renewed for this long. */
const expiryMs = 90_000;
const renewMs = 30_000;

/**
 * Takes the right to run turns in a session. `busy` while another live holder has it; after a dead one the epoch is
 * raised and a `lease` line written, so that whatever that holder still writes is set aside.
 */
export async function acquireLease(context: StoreContext, id: string, ended?: () => void): Promise<Lease> {
  const { port } = context;
  const paths = sessionPaths(context.sessions, id);
  const nonce = freshId();
  const owner = await thisOwner(context.actor.program, nonce);
  const lease = await withFileErrors(paths.record, () =>
    context.lock(paths.lock, async () => {
      const record = await readRecord(port, paths.record);
      const previous = await readLease(port, paths.lease);
      if (previous !== undefined && (await isLeaseLive(previous, context.now()))) throw busy(id, previous);
      const known = Math.max(
        await transcriptEpoch(context, paths, leaseEpoch(record), record.transcript?.bytes ?? 0),
        previous?.epoch ?? 0,
      );
      const epoch = previous === undefined ? known : known + 1;
      await ensurePlainFolder(port, context.root, `sessions/${id}`);
      const file: LeaseFile = { ...owner, epoch, started_at: context.now().toISOString(), state: 'running', expires_at: expiry(context) };
      if (previous !== undefined) await appendLines(port, paths.transcript, [leaseLine(epoch, nonce, context.now())]);
      await writeLease(context, paths, file);
      return file;
    }),
  );
  return new HeldLease(context, id, paths, lease, ended);
}

/** The highest epoch of the transcript, from what the record knows on. */
async function transcriptEpoch(context: StoreContext, paths: SessionPaths, epoch: number, from: number): Promise<number> {
  return (await scanTranscript(context.port, paths.transcript, () => undefined, { from, epoch })).epoch;
}

function leaseLine(epoch: number, nonce: string, now: Date): EntryOf<'lease'> {
  return { type: 'lease', id: nonce, timestamp: now.toISOString(), epoch };
}

function expiry(context: StoreContext): string {
  return new Date(context.now().getTime() + expiryMs).toISOString();
}

function writeLease(context: StoreContext, paths: SessionPaths, lease: LeaseFile): Promise<void> {
  return writeDurably(context.port, paths.lease, Buffer.from(`${JSON.stringify(lease, null, 2)}\n`));
}

function busy(id: string, holder: LeaseFile): SessionError {
  return new SessionError(
    'busy',
    `session ${id.slice(0, 8)} is running in ${holder.program} (pid ${String(holder.pid)} on ${holder.host})`,
    {
      hint: 'wait for that turn to end, or fork the session',
    },
  );
}

class HeldLease implements Lease {
  readonly id: string;
  readonly epoch: number;
  readonly #context: StoreContext;
  readonly #paths: SessionPaths;
  readonly #ended: (() => void) | undefined;
  readonly #renewal: NodeJS.Timeout;
  #file: LeaseFile;

  constructor(context: StoreContext, id: string, paths: SessionPaths, file: LeaseFile, ended: (() => void) | undefined) {
    this.id = id;
    this.epoch = file.epoch;
    this.#context = context;
    this.#paths = paths;
    this.#file = file;
    this.#ended = ended;
    this.#renewal = setInterval(() => {
      // A renewal that fails is tried again with the next; a lease that was taken over shows at the next change of state.
      this.setState(this.#file.state).catch((error: unknown) => {
        context.logger.warn(`session ${id}: the lease is not renewed: ${messageOf(error)}`);
      });
    }, renewMs).unref();
  }

  async setState(state: 'running' | 'waiting'): Promise<void> {
    await this.#whileOurs(async () => {
      this.#file = { ...this.#file, state, expires_at: expiry(this.#context) };
      await writeLease(this.#context, this.#paths, this.#file);
    });
  }

  async release(): Promise<void> {
    clearInterval(this.#renewal);
    this.#ended?.();
    const { port } = this.#context;
    await this.#whileOurs(async () => {
      await port.unlink(this.#paths.lease);
      // Drafts and partials may be there still.
      await port.rmdir(this.#paths.folder).catch((error: unknown) => {
        if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
      });
    });
  }

  /** Changes the lease file under the session's lock; `busy` when another holder's name is in it by now. */
  #whileOurs(act: () => Promise<void>): Promise<void> {
    return withFileErrors(this.#paths.lease, () =>
      this.#context.lock(this.#paths.lock, async () => {
        const current = await readLease(this.#context.port, this.#paths.lease);
        if (current === undefined) return;
        if (current.nonce !== this.#file.nonce) throw busy(this.id, current);
        await act();
      }),
    );
  }
}
