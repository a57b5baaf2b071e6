import { textStart } from './textStart.js';

/** Characters of a tool's output that are kept. */
export const mostOutput = 256 * 1024;

/** A tool's output as far as it is kept, and how much was left out. */
export function keptOutput(text: string): string {
  const start = textStart(text, mostOutput);
  return start === text ? text : start + leftOut(text.length - start.length);
}

/** The output with what came since. */
export function withMoreOutput(before: string | undefined, more: string): string {
  const kept = before ?? '';
  const [note, count] = kept.length > mostOutput ? (/\n… (\d+) more characters$/.exec(kept) ?? []) : [];
  return note === undefined ? keptOutput(kept + more) : kept.slice(0, -note.length) + leftOut(Number(count) + more.length);
}

const leftOut = (count: number): string => `\n… ${String(count)} more characters`;
