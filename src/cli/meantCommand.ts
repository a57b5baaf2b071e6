import { commandTable, groups } from './commandTable.js';

/** `complete` is not in the table: main.ts takes it before. */
const topWords = [...new Set([...commandTable.map(({ name }) => name.split(' ')[0] ?? ''), 'complete'])].filter((word) => word.length > 3);

/**
 * The command that a first word most likely is meant as, though `skein` has none of that name: `sessions list` for `list`,
 * `doctor` for `doctr`. Undefined for one that is a command, and for any other word.
 */
export function meantCommand(word: string): string | undefined {
  if (!/^[a-z]{4,}$/.test(word) || topWords.includes(word) || word === 'help') return undefined;
  const verb = Object.keys(groups).flatMap((group) => commandTable.filter(({ name }) => name === `${group} ${word}`))[0];
  return verb?.name ?? topWords.find((command) => differsByOne(command, word));
}

/** The words before the first option, as those of a command. */
export const leadingWords = (argv: readonly string[]): readonly string[] => {
  const end = argv.findIndex((word) => word.startsWith('-'));
  return end < 0 ? argv : argv.slice(0, end);
};

/** Whether these words are a command, or a group of them. */
export const isCommand = (words: readonly string[]): boolean => {
  const line = words.join(' ');
  return line === 'complete' || commandTable.some(({ name }) => name === line || name.startsWith(`${line} `));
};

/** One letter more, less or other. */
function differsByOne(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
