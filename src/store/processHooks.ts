import { constants } from 'node:os';

/**
 * Loading proper-lockfile makes its signal-exit listen to a dozen signals, SIGXFSZ (a full file) and SIGUSR2 among them, end
 * the process at each where nobody else listens, and change `process.emit` and `process.reallyExit`: all for an exit
 * handler that removes locks without looking whose they are. Between the loading of this module and `restoreProcessHooks`
 * none of that takes. (A listener cannot be taken off again: Node would no longer ignore SIGXFSZ.)
 */
const hooks = ['on', 'emit', 'reallyExit'].map((name) => [name, Reflect.get(process, name) as unknown] as const);
const emitterKey = '__signal_exit_emitter__';
const countBefore = exitEmitter()?.count ?? 0;

const on = process.on.bind(process) as (event: string, listener: () => void) => NodeJS.Process;
Reflect.set(process, 'on', (event: string, listener: () => void) => (event in constants.signals ? process : on(event, listener)));

function exitEmitter(): { count: number } | undefined {
  return Reflect.get(process, emitterKey) as { count: number } | undefined;
}

/** Puts the process back as it was; called in the same breath as the library is loaded. */
export function restoreProcessHooks(): void {
  for (const [name, value] of hooks) Reflect.set(process, name, value);
  // Other copies of signal-exit count each other by this.
  const emitter = exitEmitter();
  if (emitter !== undefined) emitter.count = countBefore;
}
