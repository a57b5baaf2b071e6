import type { ErrorCode } from '../model/errors.js';
import { messageOf, SessionError } from '../model/errors.js';
import type { ExitCode } from './invocation.js';
import { plainText } from './plainText.js';
import type { Terminal } from './terminal.js';

/** What a script sees of each failure. */
export const exitCodes: Readonly<Record<ErrorCode, ExitCode>> = {
  failed: 1,
  usage: 2,
  not_found: 3,
  ambiguous: 4,
  damaged: 5,
  busy: 6,
  fenced: 6,
  gone: 3,
  read_only: 1,
  disk_full: 1,
  newer_version: 1,
  untrusted: 1,
  agent_missing: 1,
  agent_failed: 1,
  unsupported: 1,
  over_budget: 1,
  denied: 1,
  interrupted: 130,
};

/** The one place where an error becomes words on stderr, and an exit code. */
export function reportFailure(error: unknown, terminal: Terminal, verbose: boolean): ExitCode {
  const failure = failureOf(error);
  terminal.say(`${terminal.styleError(['red', 'bold'], 'error:')} ${plainText(failure.message)}`);
  if (failure.hint !== undefined) terminal.say(`${terminal.styleError('cyan', 'hint:')} ${plainText(failure.hint)}`);
  if (verbose && error instanceof Error) terminal.say(terminal.styleError('dim', stacksOf(error)));
  return exitCodes[failure.code];
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

function failureOf(error: unknown): Failure {
  if (error instanceof SessionError) return error;
  // Ctrl+C in a prompt of the prompt library.
  if (error instanceof Error && error.name === 'ExitPromptError') return { code: 'interrupted', message: 'interrupted' };
  const system = systemFailure(error);
  if (system) return system;
  return { code: 'failed', message: messageOf(error), hint: 'this was not expected: --verbose shows where it happened' };
}

/** Failures of the file system that reached us as Node made them: told by their code, with the path they are about. */
function systemFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const where = path === undefined ? '' : `: ${path}`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { code: 'disk_full', message: `the disk is full${where}` };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { code: 'read_only', message: `not permitted${where}` };
    case 'ENOENT':
      return { code: 'failed', message: `no such file or folder${where}` };
    case 'EISDIR':
      return { code: 'failed', message: `this is a folder, not a file${where}` };
    case 'ENOTDIR':
      return { code: 'failed', message: `this is no folder${where}` };
    default:
      return undefined;
  }
}

function stacksOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${stacksOf(error.cause)}` : own;
}
