import * as z from 'zod';
import { SessionError } from '../model/errors.js';
import { holderSchema, type Holder } from '../model/row.js';
import { writeDurably } from './durable.js';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { ownerSchema, ownerState } from './owner.js';
import type { SessionPaths } from './sessionPaths.js';

/** `sessions/<id>/lease.json`: who may run turns in the session. `expires_at` counts for other hosts alone. */
export const leaseSchema = holderSchema.extend(ownerSchema.shape).extend({
  epoch: z.number().int().nonnegative(),
  expires_at: z.iso.datetime({ offset: true }),
});
export type LeaseFile = z.infer<typeof leaseSchema>;

/** Another host takes a lease for dead when it was not renewed for this long. */
export const leaseExpiryMs = 90_000;
/** No lease is good for longer than this, whatever it says: clocks differ, and a file can come from a stranger. */
const longestMs = 3_600_000;

/** The lease as it is on disk, alive or not; `undefined` when there is none, or none that can be read. */
export async function readLease(port: FilePort, file: string): Promise<LeaseFile | undefined> {
  try {
    return leaseSchema.safeParse(JSON.parse(Buffer.from(await port.readFile(file)).toString('utf8'))).data;
  } catch (error) {
    // Written beside and renamed, so what does not parse, or is no file, is not a holder's that could still be alive.
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR')) return undefined;
    throw error;
  }
}

/** No flush: no holder outlives a power cut, and the epoch is in the transcript. */
export function writeLease(port: FilePort, file: string, lease: LeaseFile): Promise<void> {
  return writeDurably(port, file, Buffer.from(`${JSON.stringify(lease, null, 2)}\n`), { flush: false });
}

export async function removeLease(port: FilePort, { lease, folder }: SessionPaths): Promise<void> {
  await port.unlink(lease);
  // Drafts and partials may be there still.
  await port.rmdir(folder).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  });
}

/** Whether the holder still runs: by its process on this host, by expiry elsewhere. */
export async function isLeaseLive(lease: LeaseFile, now: Date): Promise<boolean> {
  const state = await ownerState(lease);
  const left = Date.parse(lease.expires_at) - now.getTime();
  return state === 'elsewhere' ? left > 0 && left <= longestMs : state === 'alive';
}

/** Who runs turns in a session right now, for lists. */
export async function readHolder(port: FilePort, file: string, now: Date): Promise<Holder | undefined> {
  const lease = await readLease(port, file);
  return lease !== undefined && (await isLeaseLive(lease, now)) ? lease : undefined;
}

/** `skein (pid 4711 on host)`. */
export const holderName = ({ program, pid, host }: Pick<Holder, 'program' | 'pid' | 'host'>): string =>
  `${program} (pid ${String(pid)} on ${host})`;

export function busyLease(id: string, holder: LeaseFile): SessionError {
  return new SessionError('busy', `session ${id.slice(0, 8)} is running in ${holderName(holder)}`, {
    hint: 'follow it, fork it, or take it over',
  });
}
