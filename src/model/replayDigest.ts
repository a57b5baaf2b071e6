import type { Entry } from './entry.js';
import { textOf } from './contentText.js';
import { isPrompt } from './replay.js';
import { textStart } from './textStart.js';
import { tokensOf } from './tokens.js';

/** Characters of a prompt's first line, and files of a turn, that a digest names. */
const promptChars = 100;
const mostFiles = 5;

/**
 * What was asked in turns that are left out and which files they changed, in no more tokens than `limit`: a line each, where
 * there is no room the oldest are only counted. Made of the entries alone, so that the same history gives the same words.
 */
export function digestOf(turns: readonly (readonly Entry[])[], limit: number): string {
  const head = `${turnWords(turns.length)} from before this ${turns.length === 1 ? 'was' : 'were'} left out to save room. What was asked, and the files that were changed:`;
  const uncounted = `(and ${turnWords(turns.length)} before these)`;
  let room = limit - tokensOf(head) - tokensOf(uncounted) - 2;
  if (room <= 0) return '';
  const lines: string[] = [];
  for (const turn of turns.toReversed()) {
    const line = lineOf(turn);
    room -= tokensOf(line) + 1;
    if (room < 0) break;
    lines.unshift(line);
  }
  const rest = turns.length - lines.length;
  return [head, ...(rest === 0 ? [] : [`(and ${turnWords(rest)} before these)`]), ...lines].join('\n');
}

const turnWords = (count: number): string => (count === 1 ? 'one turn' : `${String(count)} turns`);

function lineOf(turn: readonly Entry[]): string {
  const [first] = turn;
  const asked = first && isPrompt(first) ? firstLine(textOf(first.message.content)) : 'what stood before the first prompt';
  const files = filesOf(turn);
  const more = files.length > mostFiles ? ` and ${String(files.length - mostFiles)} more` : '';
  return `- ${asked}${files.length === 0 ? '' : ` [${files.slice(0, mostFiles).join(', ')}${more}]`}`;
}

function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > promptChars ? `${textStart(line, promptChars)}…` : line;
}

/** Files that the turn's tools changed, each once. */
function filesOf(turn: readonly Entry[]): string[] {
  const paths = turn.flatMap((entry) => {
    if (entry.type !== 'tool_call') return [];
    const { kind, diff = [], locations = [] } = entry.call;
    const isChange = kind === 'edit' || kind === 'delete' || kind === 'move';
    return [...diff, ...(isChange ? locations : [])].map(({ path }) => path);
  });
  return [...new Set(paths)];
}
