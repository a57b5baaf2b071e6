import type { CommanderError } from 'commander';
import { SessionError } from '../model/errors.js';
import { commandTable, type CommandSpec } from './commandTable.js';
import { leadingWords, meantCommand } from './meantCommand.js';

/** Commander's words as ours: `error: …` is put before them later, and its guess becomes the hint. */
export function usageError(error: CommanderError, argv: readonly string[]): SessionError {
  if (error.code === 'commander.help') {
    return new SessionError('usage', `skein ${argv.join(' ')}: which command?`, { hint: 'the commands are listed above' });
  }
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const guess = /^\(Did you mean (.*)\?\)$/.exec(rest.join(' '))?.[1];
  return new SessionError('usage', first.replace(/\.$/, ''), { hint: usageHint(error, argv, guess) });
}

function usageHint(error: CommanderError, argv: readonly string[], guess: string | undefined): string {
  const spec = specOf(argv);
  const meant = meantCommand(argv[0] ?? '');
  if (meant !== undefined) return `did you mean skein ${meant}?`;
  const help = `${['skein', spec?.name].filter(Boolean).join(' ')} --help says what there is`;
  if (error.code === 'commander.excessArguments') {
    const text = /\b(prompt|title|query|message)\b/.exec(spec?.arguments ?? '')?.[1];
    return text === undefined ? help : `put a ${text} of several words in quotes`;
  }
  // `-is:fork`, `- a list`: no option looks like that.
  if (error.code === 'commander.unknownOption' && /'-(?:[^a-zA-Z-]|[^']*[\s:"])/.test(error.message))
    return `text that begins with - goes after --: ${['skein', spec?.name].filter(Boolean).join(' ')} -- …`;
  return guess === undefined ? help : `did you mean ${guess}?`;
}

/** The command that these words begin with: the default one where none does. */
function specOf(argv: readonly string[]): CommandSpec | undefined {
  const line = `${leadingWords(argv).join(' ')} `;
  return commandTable.findLast(({ name }) => name === '' || line.startsWith(`${name} `));
}
