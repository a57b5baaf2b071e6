import type { FileDiff } from './entry.js';

/** The changes of a unified diff of one file, one for each hunk. */
export function unifiedDiffs(path: string, diff: string): FileDiff[] {
  const hunks: string[][] = [];
  for (const line of diff.replace(/\r?\n$/, '').split(/\r?\n/)) {
    if (line.startsWith('@@')) hunks.push([]);
    else if (!line.startsWith('\\')) hunks.at(-1)?.push(line);
  }
  return hunks.map((hunk) => ({ path, ...sidesOf(hunk) }));
}

/** Both sides of a hunk, the lines around the change in either. */
export function sidesOf(hunk: readonly string[]): { old_text: string; new_text: string } {
  const side = (without: string): string =>
    hunk
      .filter((line) => !line.startsWith(without))
      .map((line) => line.slice(1))
      .join('\n');
  return { old_text: side('+'), new_text: side('-') };
}
