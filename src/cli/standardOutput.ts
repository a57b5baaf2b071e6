import { fstatSync, writeSync } from 'node:fs';
import type { Output } from './terminal.js';

const descriptors = { stdin: 0, stdout: 1, stderr: 2 } as const;

/**
 * Where a command prints. Into a pipe or a file it writes by itself, at once, as Node does there too: Node's own stream
 * takes longer to load than a list takes to make. A terminal, and whatever cannot be told, is Node's own stream.
 */
export function standardOutput(name: 'stdout' | 'stderr'): Output {
  return isPlain(name) ? plainOutput(descriptors[name], () => process[name]) : process[name];
}

/** Whether a person types: asked of Node only where it may be so. */
export const isTerminalInput = (): boolean => !isPlain('stdin') && process.stdin.isTTY;

function isPlain(name: keyof typeof descriptors): boolean {
  if (process.platform === 'win32') return false;
  try {
    const stat = fstatSync(descriptors[name]);
    return stat.isFIFO() || stat.isSocket() || stat.isFile();
  } catch {
    // Closed: Node's stream knows what to do.
    return false;
  }
}

function plainOutput(file: number, stream: () => NodeJS.WriteStream): Output {
  const listeners: ((error: NodeJS.ErrnoException) => void)[] = [];
  let instead: NodeJS.WriteStream | undefined;
  const write = (text: string | Uint8Array): void => {
    let rest: Uint8Array = typeof text === 'string' ? Buffer.from(text) : text;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!('code' in error) || error.code !== 'EAGAIN') {
        for (const listener of listeners) listener(error);
        return;
      }
      // Another process made the pipe one that does not wait, and it is full: from here on Node waits for it.
      instead = stream();
      for (const listener of listeners) instead.on('error', listener);
      instead.write(rest);
    }
  };
  return {
    write: (text) => (instead === undefined ? write(text) : instead.write(text)),
    on: (_, listener) => listeners.push(listener),
  };
}
