import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The built command line; `npm run build` makes it. */
const program = fileURLToPath(new URL('../../dist/cli/skein.js', import.meta.url));

/** The real `skein`, as words of a command line. */
export const skeinCommand = [process.execPath, program] as const;

export const skeinEnvironment = (home: string): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  NO_COLOR: '1',
});

/** Where a command runs: the folder it is about, and the person's HOME, which VS Code shares. */
export interface CliPlace {
  readonly cwd: string;
  readonly home: string;
}

/** Runs the real `skein` beside VS Code, in a process of its own, and gives its stdout. Rejects when it does not exit with 0. */
export async function skein(args: readonly string[], { cwd, home }: CliPlace): Promise<string> {
  const running = run(process.execPath, [program, ...args], { cwd, env: { ...skeinEnvironment(home) } });
  // stdin is no terminal: it would be read as a prompt, for ever.
  running.child.stdin?.end();
  return (await running).stdout;
}
