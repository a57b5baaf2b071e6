import { renameSync, writeSync } from 'node:fs';
import type { ErrorCode } from '../../src/model/errors.js';
import type { PortCall } from './probedPort.js';

/** What the disk does from a call on. `codes`: what the person may be told then. */
export interface Fault {
  readonly codes: readonly ErrorCode[];
  /** Called for every call from the one where it begins; `first` for that one. Throws what the system would say. */
  strike(call: PortCall, args: readonly unknown[], first: boolean): void;
}

const growing: readonly PortCall[] = ['write', 'mkdir'];
const changing: readonly PortCall[] = ['write', 'mkdir', 'rmdir', 'rename', 'unlink', 'touch'];

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

function opensTo(args: readonly unknown[], ...how: readonly string[]): boolean {
  return how.includes(String(args[1]));
}

/** Writes the first half, as a crash or a full disk in the midst of a write leaves it. */
export function writeHalf(args: readonly unknown[]): void {
  const [file, bytes] = args as [number, Uint8Array];
  writeSync(file, bytes, 0, Math.floor(bytes.length / 2));
}

export const faults: Readonly<Record<string, (root: string) => Fault>> = {
  'a full disk': () => ({
    codes: ['disk_full'],
    strike(call, args) {
      if (call === 'write') writeHalf(args);
      if (growing.includes(call) || (call === 'open' && opensTo(args, 'create'))) throw systemError('ENOSPC');
    },
  }),
  'a disk that turns read-only': () => ({
    codes: ['read_only'],
    strike(call, args) {
      if (changing.includes(call) || (call === 'open' && opensTo(args, 'create', 'append'))) throw systemError('EROFS');
    },
  }),
  'one call that fails': () => ({
    codes: ['failed'],
    strike(_call, _args, first) {
      if (first) throw systemError('EIO');
    },
  }),
  'a folder that vanishes': (root) => ({
    codes: ['gone', 'not_found'],
    strike(_call, _args, first) {
      if (first) renameSync(root, `${root}.away`);
    },
  }),
};
export type FaultName = keyof typeof faults;
