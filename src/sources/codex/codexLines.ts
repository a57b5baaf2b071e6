import { objectOf } from '../jsonValue.js';
import { codexRecord, looseText, type CodexRecord } from './codexRecord.js';

/** A line longer than this is not parsed for a list. */
const maxLine = 256 * 1024;
/** What a record is stands in its first bytes. */
const markBytes = 300;

interface Line {
  readonly start: number;
  readonly end: number;
  /** What the record is; `undefined` where it does not begin as Codex writes it, and has to be parsed to know. */
  readonly words: readonly (string | undefined)[] | undefined;
}

/** The records in some bytes of a rollout, of which only those are parsed that are asked for. */
export class CodexLines {
  readonly #bytes: Buffer;
  readonly #lines: readonly Line[];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#lines = [...linesOf(bytes)];
  }

  /** The records that are one of these, by kind, type, role or item, first to last. */
  *with(words: readonly string[]): Generator<CodexRecord> {
    for (const line of this.#lines) yield* this.#record(line, words);
  }

  /** The same, last to first. */
  *lastWith(words: readonly string[]): Generator<CodexRecord> {
    for (let index = this.#lines.length - 1; index >= 0; index--) {
      const line = this.#lines[index];
      if (line) yield* this.#record(line, words);
    }
  }

  /** The model of the first turn here. */
  model(): string | undefined {
    return this.#modelOf(this.#lines.find(isTurn), this.with(['turn_context']));
  }

  /** The model of the last turn here. */
  lastModel(): string | undefined {
    return this.#modelOf(this.#lines.findLast(isTurn), this.lastWith(['turn_context']));
  }

  /** Parsing all that a turn's context holds takes as long as all the rest of a row. */
  #modelOf(line: Line | undefined, turns: Iterable<CodexRecord>): string | undefined {
    const text = line ? this.#bytes.toString('utf8', line.start, line.end) : '';
    const [, model] = /"model":"([^"\\]+)"/.exec(text) ?? [];
    if (model !== undefined) return model;
    const [turn] = turns;
    return looseText.parse(turn?.payload['model']);
  }

  *#record(line: Line, words: readonly string[]): Generator<CodexRecord> {
    if (line.words && !isOneOf(line.words, words)) return;
    const record = recordOf(this.#bytes.subarray(line.start, line.end));
    if (record && (line.words || isOneOf(wordsOf(record), words))) yield record;
  }
}

const isTurn = ({ words }: Line): boolean => words?.[0] === 'turn_context';

const isOneOf = (words: readonly unknown[], wanted: readonly string[]): boolean =>
  words.some((word) => typeof word === 'string' && wanted.includes(word));

const wordsOf = ({ kind, payload }: CodexRecord): readonly unknown[] => [
  kind,
  payload['type'],
  payload['role'],
  objectOf(payload['item'])['type'],
];

function* linesOf(bytes: Buffer): Generator<Line> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end > start) yield { start, end, words: markOf(bytes.toString('latin1', start, Math.min(end, start + markBytes))) };
    start = end + 1;
  }
}

const usual = /^\{"timestamp":"[^"]*",(?:"ordinal":\d+,)?"type":"(\w+)","payload":\{(?:"type":"(\w+)")?/;

function markOf(line: string): Line['words'] {
  const [, kind, type] = usual.exec(line) ?? [];
  if (type !== 'message' && type !== 'item_completed') return kind === undefined ? undefined : [kind, type];
  const [, role, item] = /"role":"(\w+)"|"item":\{"type":"(\w+)"/.exec(line) ?? [];
  return role === undefined && item === undefined ? undefined : [kind, type, role, item];
}

/** A line's record; `undefined` for a torn or damaged line, of which reading the session tells. */
export function recordOf(line: Buffer): CodexRecord | undefined {
  if (line.length > maxLine) return undefined;
  try {
    return codexRecord(JSON.parse(line.toString('utf8')));
  } catch {
    return undefined;
  }
}
