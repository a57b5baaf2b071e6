import { spawn } from 'node:child_process';
import type { CliPlace, CliRun } from './cli.js';

/** A `skein` that runs: for a test that does something to it meanwhile. */
export interface SkeinProcess {
  readonly pid: number;
  readonly printed: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<CliRun>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the command line in a process of its own, with an empty stdin. */
export function startSkein({ command, folder, env }: Pick<CliPlace, 'command' | 'folder' | 'env'>, args: readonly string[]): SkeinProcess {
  const [program = '', ...words] = command;
  const child = spawn(program, [...words, ...args], { cwd: folder, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] += text));
  const code = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return {
    pid: child.pid ?? 0,
    printed,
    ended: code.then((exit) => ({ code: exit, ...printed, json: () => JSON.parse(printed.stdout) as unknown })),
    kill: (signal) => void child.kill(signal),
  };
}
