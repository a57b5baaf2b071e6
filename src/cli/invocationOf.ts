import { realpathSync, statSync } from 'node:fs';
import * as path from 'node:path';
import type { Workspace } from '../core/workspace.js';
import { SessionError } from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import type { Command, ExitCode, Invocation } from './invocation.js';
import type { Options } from './options.js';
import { plainText } from './plainText.js';
import type { Terminal } from './terminal.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a command, then closes what it opened, also after a failure. */
export async function invoke(
  command: Command,
  given: { readonly args: readonly string[]; readonly options: Options; readonly terminal: Terminal; readonly env: Environment },
): Promise<ExitCode> {
  const endings: (() => Promise<void>)[] = [];
  const logger = loggerOn(given.terminal, given.options.verbose === true);
  const folder = once(() => Promise.resolve(realFolder(path.resolve(given.options.path ?? '.'))));
  const openAt = async (dir: string, env: Environment): Promise<Workspace> => {
    const { openWorkspace } = await import('../core/openWorkspace.js');
    // Whoever types a command in a folder has chosen to work in it.
    const workspace = await openWorkspace(dir, { program: 'skein', surface: 'cli', env, logger, trusted: () => true });
    endings.push(() => workspace.dispose());
    return workspace;
  };
  const own = once(async () => openAt(await folder(), given.env));
  const invocation: Invocation = {
    ...given,
    logger,
    folder,
    open: async (other) => (other ? openAt(other.folder ?? (await folder()), other.env ?? given.env) : own()),
    atEnd: (work) => endings.push(work),
  };
  try {
    return (await command(invocation)) ?? 0;
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** At once: the first trip to Node's thread pool costs more than all that is asked here. */
function realFolder(folder: string): string {
  if (!isFolder(folder)) throw new SessionError('usage', `${folder} is not a folder`);
  return realpathSync.native(folder);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw new SessionError('usage', `there is no folder ${path}`, { cause });
  }
}

/** Warnings and errors of the core on stderr; all of it with `--verbose`. */
function loggerOn(terminal: Terminal, verbose: boolean): Logger {
  const line = (level: string) => (message: string) => terminal.say(terminal.styleError('dim', plainText(`${level}: ${message}`)));
  const quiet = (): void => undefined;
  return {
    trace: verbose ? line('trace') : quiet,
    debug: verbose ? line('debug') : quiet,
    info: verbose ? line('info') : quiet,
    warn: line('warning'),
    error: line('warning'),
  };
}
