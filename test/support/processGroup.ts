import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { exitOnSignals } from './exitSignals.js';

/** A program and all that it starts. */
export interface ProcessGroup {
  readonly child: ChildProcess;
  /** Resolves when the program itself has ended. */
  readonly ended: Promise<void>;
  /** Asks the group to end, and kills what is left of it after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

const running = new Set<() => void>();
let handled = false;

/**
 * Starts a program as the head of a process group of its own. The group never outlives this process: not when it throws,
 * not when it is interrupted.
 */
export function spawnGroup(program: string, args: readonly string[], options: SpawnOptions): ProcessGroup {
  const child = spawn(program, args, { ...options, detached: true });
  const signal = (name: NodeJS.Signals): boolean => {
    try {
      return child.pid !== undefined && process.kill(-child.pid, name);
    } catch {
      return false;
    }
  };
  const kill = (): void => void signal('SIGKILL');
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  running.add(kill);
  killAtExit();
  return {
    child,
    ended,
    async stop(graceMs = 500) {
      if (signal('SIGTERM')) await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
      if (signal('SIGKILL')) await Promise.race([ended, delay(3000, undefined, { ref: false })]);
      running.delete(kill);
    },
  };
}

function killAtExit(): void {
  if (handled) return;
  handled = true;
  process.once('exit', () => {
    for (const kill of running) kill();
  });
  exitOnSignals();
}
