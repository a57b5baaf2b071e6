import type { Key } from 'node:readline';
import { SessionError } from '../model/errors.js';

/** What a prompt of the prompt library is called with. */
export interface AskedContext {
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/**
 * Asks on the terminal. The library's prompts would never end at Ctrl+D, and hear nothing after Ctrl+Z and `fg`: here the one is
 * as Ctrl+C, and after the other typing goes on. Rejects as the prompt does when `given` aborts.
 */
export async function asked<T>(ask: (context: AskedContext) => Promise<T>, given?: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const onKey = (_: unknown, key: Key): void => {
    if (key.ctrl === true && key.name === 'd') ended.abort();
  };
  const onContinue = (): void => void process.stdin.resume();
  process.stdin.prependListener('keypress', onKey);
  process.on('SIGCONT', onContinue);
  try {
    return await ask({ output: process.stderr, signal: given ? AbortSignal.any([given, ended.signal]) : ended.signal });
  } catch (error) {
    if (ended.signal.aborted) throw new SessionError('interrupted', 'interrupted');
    throw error;
  } finally {
    process.stdin.off('keypress', onKey);
    process.off('SIGCONT', onContinue);
  }
}
