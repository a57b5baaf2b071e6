import * as z from 'zod';
import { holderSchema, type Holder } from '../model/row.js';
import { isSystemError } from './fileError.js';
import type { FilePort } from './filePort.js';
import { ownerSchema, ownerState } from './owner.js';

/** `sessions/<id>/lease.json`: who may run turns in the session. `expires_at` counts for other hosts alone. */
export const leaseSchema = holderSchema.extend(ownerSchema.shape).extend({
  epoch: z.number().int().nonnegative(),
  expires_at: z.iso.datetime({ offset: true }),
});
export type LeaseFile = z.infer<typeof leaseSchema>;

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

/** Whether the holder still runs: by its process on this host, by expiry elsewhere. */
export async function isLeaseLive(lease: LeaseFile, now: Date): Promise<boolean> {
  const state = await ownerState(lease);
  return state === 'elsewhere' ? Date.parse(lease.expires_at) > now.getTime() : state === 'alive';
}

/** Who runs turns in a session right now, for lists. */
export async function readHolder(port: FilePort, file: string, now: Date): Promise<Holder | undefined> {
  const lease = await readLease(port, file);
  return lease !== undefined && (await isLeaseLive(lease, now)) ? lease : undefined;
}
