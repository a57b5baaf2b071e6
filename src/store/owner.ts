import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import * as os from 'node:os';
import { promisify } from 'node:util';
import * as z from 'zod';

/**
 * Who holds a lock or a lease, as written to disk. `host` and `boot` say where `pid` means something: `boot` is the kernel's
 * boot id and the pid namespace on Linux, empty elsewhere. `start` tells a process from a later one with its pid: field 22
 * of /proc/<pid>/stat on Linux, what `ps -o lstart=` prints on macOS, empty where it cannot be known.
 */
export const ownerSchema = z.looseObject({
  program: z.string(),
  host: z.string(),
  boot: z.string().default(''),
  pid: z.number().int().positive(),
  start: z.string().default(''),
  nonce: z.string().min(1),
});
export type Owner = z.infer<typeof ownerSchema>;

/** `elsewhere`: on another host or in another container, where this process cannot look. */
export type OwnerState = 'alive' | 'dead' | 'elsewhere';

function firstOf(read: () => string): string {
  try {
    return read().trim();
  } catch {
    // Not on this system, or hidden from us: unknown is an answer here.
    return '';
  }
}

/** Where this process's pid means something; asked for once. */
let place: Pick<Owner, 'host' | 'boot'> | undefined;

function thisPlace(): Pick<Owner, 'host' | 'boot'> {
  const bootOf = (): string => `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}`;
  return (place ??= { host: os.hostname(), boot: firstOf(bootOf) });
}

/** State letter and start of a process from /proc; `undefined` where that cannot be read. */
function linuxProcess(pid: number): { readonly state: string; readonly start: string } | undefined {
  const stat = firstOf(() => readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
  // The program's name is in brackets and may hold anything, brackets too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return stat === '' || state === undefined || start === undefined ? undefined : { state, start };
}

async function startOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return linuxProcess(pid)?.start ?? '';
  if (process.platform === 'win32') return '';
  try {
    return (
      await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } })
    ).stdout.trim();
  } catch {
    // No such process, or no ps: the caller asks the system by signal 0 as well.
    return '';
  }
}

let ownStart: Promise<string> | undefined;

/** This process as an owner, under the name that others are shown. */
export async function thisOwner(program: string, nonce: string): Promise<Owner> {
  ownStart ??= startOf(process.pid);
  return { program, ...thisPlace(), pid: process.pid, start: await ownStart, nonce };
}

/** Whether an owner still runs. Stopped is alive; a zombie, and a pid that was given to a later process, are dead. */
export async function ownerState(owner: Pick<Owner, 'host' | 'boot' | 'pid' | 'start'>): Promise<OwnerState> {
  const { host, boot } = thisPlace();
  if (owner.host !== host || owner.boot !== boot) return 'elsewhere';
  if (!signalReaches(owner.pid)) return 'dead';
  if (process.platform === 'linux') {
    const seen = linuxProcess(owner.pid);
    if (seen === undefined) return signalReaches(owner.pid) ? 'alive' : 'dead';
    if (seen.state === 'Z' || seen.state === 'X') return 'dead';
    return owner.start !== '' && seen.start !== owner.start ? 'dead' : 'alive';
  }
  const start = owner.start === '' ? '' : await startOf(owner.pid);
  return start !== '' && start !== owner.start ? 'dead' : 'alive';
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it means that it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
