import { CommanderError } from 'commander';
import * as z from 'zod';
import { groups } from './commandTable.js';
import { SessionError } from '../model/errors.js';
import { reportFailure } from './failure.js';
import type { ExitCode } from './invocation.js';
import { invoke } from './invocationOf.js';
import { isCommand, leadingWords, meantCommand } from './meantCommand.js';
import { createProgram, type Request } from './program.js';
import { isTerminalInput, standardOutput } from './standardOutput.js';
import { createTerminal } from './terminal.js';
import { usageError } from './usageError.js';
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
    // Its script asks with the words of a line after `--`, which may be any.
    if (argv[0] === 'complete' && argv[1] !== '--help' && argv[1] !== '-h')
      return await (await import('./completion.js')).complete(argv.slice(1), { terminal, env });
    const request = parse(withHelpLast(argv), { writeOut: terminal.write, writeErr: terminal.writeError });
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

/** `skein help sessions list` means the same as `skein sessions list --help`, and so does `skein sessions help list`. */
function withHelpLast(argv: readonly string[]): readonly string[] {
  const at = argv[0] === 'help' ? 0 : argv[1] === 'help' && argv[0] !== undefined && argv[0] in groups ? 1 : undefined;
  if (at === undefined) return argv;
  const words = leadingWords(argv.toSpliced(at, 1));
  if (words.length > 0 && !isCommand(words)) {
    throw new SessionError('usage', `unknown command '${words.join(' ')}'`, { hint: 'skein --help says what there is' });
  }
  return [...words, '--help'];
}

/** One word that is a command of a group, or nearly a command, is a slip, not a prompt worth an agent's work. After `--` it is taken as it is. */
function checkedPrompt({ spec, args, options }: Request, argv: readonly string[]): readonly string[] {
  const [word] = args;
  const isNew = Object.keys(options).every((name) => ['path', 'verbose', 'json'].includes(name));
  if (spec.name !== '' || word === undefined || !isNew || argv.includes('--')) return args;
  const meant = meantCommand(word);
  if (meant === undefined) return args;
  throw new SessionError('usage', `unknown command '${word}'`, {
    hint: `did you mean skein ${meant}? If it is a prompt: skein -- ${word}`,
  });
}
