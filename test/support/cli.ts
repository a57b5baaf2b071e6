import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoFromSource } from './demoFromSource.js';
import { withScratchFolder } from './scratchFolder.js';

const built = fileURLToPath(new URL('../../dist/cli/skein.js', import.meta.url));
const source = fileURLToPath(new URL('../../src/cli/skein.ts', import.meta.url));
const isBuilt = existsSync(built);

/** How a command ended and what it printed. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json(): unknown;
}

export interface CliOptions {
  /** Without it stdin is empty. */
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what was printed so far, at each piece: for signals at the right moment. */
  readonly watch?: (printed: { readonly stdout: string; readonly stderr: string }, kill: (signal: NodeJS.Signals) => void) => void;
}

/** A scratch project and home for the real command line, in processes of their own. No agent but the demo is found. */
export interface CliPlace {
  readonly folder: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** The program and arguments that start `skein`. */
  readonly command: readonly string[];
  run(args: readonly string[], options?: CliOptions): Promise<CliRun>;
  /** Starts a session with the demo, and gives its id. */
  start(prompt: string, ...options: readonly string[]): Promise<string>;
}

/** Runs with such a place; it is gone afterwards. The built command line is preferred to its source, which starts slower. */
export async function withCli(run: (place: CliPlace) => Promise<void>): Promise<void> {
  await withScratchFolder('cli', async (root) => {
    const [folder, home, bin] = [path.join(root, 'project'), path.join(root, 'home'), path.join(root, 'bin')];
    for (const made of [folder, path.join(home, '.skein'), bin]) await mkdir(made, { recursive: true });
    // Nothing else is on the PATH: an agent that happens to be installed here must not be found.
    await symlink(process.execPath, path.join(bin, 'node'));
    if (!isBuilt) await writeFile(path.join(home, '.skein', 'config.yaml'), JSON.stringify({ agents: { demo: demoFromSource } }));
    const env = { PATH: bin, HOME: home, TMPDIR: root, NO_COLOR: '1', TZ: 'UTC' };
    const command = isBuilt ? [process.execPath, built] : [process.execPath, '--import', import.meta.resolve('tsx'), source];
    const place: CliPlace = {
      folder,
      home,
      env,
      command,
      run: (args, options = {}) => runCli(command, args, { cwd: folder, ...options, env: { ...env, ...options.env } }),
      start: async (prompt, ...options) => {
        const { code, stderr } = await place.run([...options, prompt]);
        const id = /^session ([0-9a-f]{32})$/m.exec(stderr)?.[1];
        if (code !== 0 || id === undefined) throw new Error(`no session was started (exit ${String(code)}):\n${stderr}`);
        return id;
      },
    };
    await run(place);
  });
}

async function runCli(
  [program = '', ...words]: readonly string[],
  args: readonly string[],
  options: CliOptions & { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<CliRun> {
  const child = spawn(program, [...words, ...args], { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      options.watch?.(printed, (signal) => child.kill(signal));
    });
  }
  // A command that does not read its stdin may have closed it.
  child.stdin.on('error', () => undefined).end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, ...printed, json: () => JSON.parse(printed.stdout) as unknown };
}
