import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const taskkill = (pid: number): [string, string[], { stdio: 'ignore'; windowsHide: true }] => [
  'taskkill',
  ['/pid', String(pid), '/T', '/F'],
  { stdio: 'ignore', windowsHide: true },
];

/** Signals a process that heads a group, and the group; on Windows it is ended with all its descendants, whatever the signal. */
export function killTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform !== 'win32') signalGroup(pid, signal);
  // An error here means that there is no taskkill or nothing left to kill.
  else spawn(...taskkill(pid)).once('error', () => undefined);
}

/** The same as a last act: nothing asynchronous runs any more when a process exits. */
export function killTreeNow(pid: number): void {
  if (process.platform === 'win32') spawnSync(...taskkill(pid));
  else signalGroup(pid, 'SIGKILL');
}

/** Resolves when nothing is left of the group of a process that has ended, or after `ms`. Windows has no groups: at once. */
export async function groupEnds(pid: number, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (process.platform !== 'win32' && signalGroup(pid, 0) && Date.now() < end) await delay(10);
}

/** Kills what a process that has ended left in its group. (On Windows the number may be another's by now, so nothing is.) */
export function killLeftovers(pid: number): void {
  if (process.platform !== 'win32') signalGroup(pid, 'SIGKILL');
}

/** Whether there was a group to signal; 0 only asks. */
function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: the group is gone; EPERM: all that is left of it are zombies (macOS) or another user's.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}
