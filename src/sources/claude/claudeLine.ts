import { objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';

/** A record longer than this is not parsed for its time. */
const longLine = 32 * 1024;
/** How far into a line its kind shows. */
const kindChars = 160;

/**
 * A line of a file's beginning or end, not looked into more than needed: [start, end) of `text`, which has one character for
 * each byte. Making one string of many lines is much cheaper than asking a buffer for each.
 */
export interface ClaudeLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The record's type as far as its first characters tell: `message` for what is said, `unknown` where they do not tell. */
  readonly kind: string;
}

/** Whole lines from the front. A last one without its newline counts only where nothing can follow it. */
export function* linesFrom(text: string, isWhole: boolean): Generator<ClaudeLine> {
  for (let start = 0; start < text.length;) {
    const at = text.indexOf('\n', start);
    if (at === -1 && !isWhole) return;
    const end = at === -1 ? text.length : at;
    if (end - start > 1) yield { text, start, end, kind: kindOf(text, start, end) };
    start = end + 1;
  }
}

/** Lines from the back; the one that the beginning cuts off is of the kind `cut`. */
export function* linesBack(text: string, isWhole: boolean): Generator<ClaudeLine> {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  let end = text.length;
  for (const start of starts.reverse()) {
    const kind = start === 0 && !isWhole ? 'cut' : kindOf(text, start, end);
    if (end - start > 1) yield { text, start, end, kind };
    end = start - 1;
  }
}

function kindOf(text: string, start: number, end: number): string {
  if (text.startsWith('{"type":"', start)) {
    const kind = text.slice(start + 9, text.indexOf('"', start + 9));
    return kind === 'user' || kind === 'assistant' || kind === 'system' ? 'message' : kind;
  }
  if (!text.startsWith('{"parentUuid":', start)) return 'unknown';
  return text.slice(start, Math.min(end, start + kindChars)).includes('"attachment":') ? 'attachment' : 'message';
}

/** The record of a line; `undefined` where it is torn, damaged or no object: the lines beside it tell. */
export function recordOf({ text, start, end }: ClaudeLine): JsonObject | undefined {
  const line = text.slice(start, end);
  try {
    const value: unknown = JSON.parse(/[\x80-\xff]/.test(line) ? Buffer.from(line, 'latin1').toString('utf8') : line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The record of a line that is not too long to be parsed for one member of it. */
export const shortRecordOf = (line: ClaudeLine): JsonObject | undefined => (line.end - line.start < longLine ? recordOf(line) : undefined);

/** The time of a record that is not parsed: the last in it that is one. */
export function timeOfLine({ text, start, end }: ClaudeLine): string | undefined {
  const times = text.slice(start, end).matchAll(/"timestamp": ?"([^"]{10,40})"/g);
  let last: string | undefined;
  for (const [, time] of times) last = timeOf(time) ?? last;
  return last;
}

/** The number that the program gave a prompt. */
export function turnOf(record: JsonObject): number | undefined {
  const turn = objectOf(record['turnPosition'])['turnIndex'];
  return typeof turn === 'number' && Number.isInteger(turn) && turn >= 0 ? turn : undefined;
}

export const typeOf = (record: JsonObject): string => stringOf(record['type']);
