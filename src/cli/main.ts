import { CommanderError } from 'commander';
import * as z from 'zod';
import { commandTable } from './commandTable.js';
import { SessionError } from '../model/errors.js';
import { reportFailure } from './failure.js';
import type { ExitCode } from './invocation.js';
import { invoke } from './invocationOf.js';
import { createProgram, type Request } from './program.js';
import { isTerminalInput, standardOutput } from './standardOutput.js';
import { createTerminal } from './terminal.js';
import { version } from './version.js';

/** Runs one command line, without the names of node and script. Resolves to the exit code; never rejects. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const { env } = process;
  // zod writes a function for each schema at its first use, which pays after a thousand records: few commands read so many.
  z.config({ jitless: true });
  const terminal = createTerminal({
    stdin: { isTTY: isTerminalInput() },
    stdout: standardOutput('stdout'),
    stderr: standardOutput('stderr'),
    env,
  });
  let verbose = argv.includes('--verbose');
  try {
    if (argv[0] === 'complete') return await (await import('./completion.js')).complete(argv.slice(1), { terminal, env });
    const request = parse(argv, { writeOut: terminal.write, writeErr: terminal.writeError });
    if (!request) return 0;
    verbose = request.options.verbose === true;
    return await invoke(await request.spec.load(), { ...request, terminal, env });
  } catch (error) {
    return reportFailure(error, terminal, verbose);
  }
}

/** What was asked for; undefined when help or the version was, which commander has printed. */
function parse(argv: readonly string[], output: Parameters<typeof createProgram>[1]): Request | undefined {
  let asked: Request | undefined;
  const program = createProgram(version(), output, (request) => (asked = request), { argv });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usageError(error, argv);
  }
  return asked && { ...asked, args: checkedPrompt(asked, argv) };
}

/** Commander's words as ours: `error: …` is put before them later, and its guess becomes the hint. */
function usageError(error: CommanderError, argv: readonly string[]): SessionError {
  if (error.code === 'commander.help') {
    return new SessionError('usage', `skein ${argv.join(' ')}: which command?`, { hint: 'the commands are listed above' });
  }
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const guess = /^\(Did you mean (.*)\?\)$/.exec(rest.join(' '))?.[1];
  return new SessionError('usage', first.replace(/\.$/, ''), {
    hint: guess === undefined ? usageHint(error, argv) : `did you mean ${guess}?`,
  });
}

function usageHint(error: CommanderError, argv: readonly string[]): string {
  if (error.code === 'commander.excessArguments') return 'put a prompt or title of several words in quotes';
  const line = argv.join(' ');
  const name = commandTable.map((spec) => spec.name).findLast((known) => known !== '' && `${line} `.startsWith(`${known} `));
  return `${name === undefined ? 'skein' : `skein ${name}`} --help says what there is`;
}

const commandWords = ['sessions', 'resume', 'sources', 'agents', 'doctor', 'config', 'server', 'complete'];

/** One word that is nearly a command is a slip, not a prompt worth an agent's work. After `--` it is taken as it is. */
function checkedPrompt(request: Request, argv: readonly string[]): readonly string[] {
  const [word] = request.args;
  if (request.spec.name !== '' || word === undefined || argv.includes('--') || !/^[a-z]{4,}$/.test(word)) return request.args;
  const meant = commandWords.find((command) => differsByOne(command, word));
  if (meant === undefined) return request.args;
  throw new SessionError('usage', `unknown command '${word}'`, { hint: `did you mean ${meant}? If it is a prompt: skein -- ${word}` });
}

/** One letter more, less or other. */
function differsByOne(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
