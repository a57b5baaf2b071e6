import { objectOf } from '../jsonValue.js';
import { codexRecord, textIn, type CodexRecord } from './codexRecord.js';

/** A line longer than this is not parsed for a list. */
const maxLine = 256 * 1024;
/** What a record is stands in its first bytes. */
const markBytes = 300;

/** What a record is: its kind, type, role and item. */
type Words = readonly (string | undefined)[];

interface Line {
  readonly start: number;
  readonly end: number;
  /** Looked for when it is asked for; none where the line does not begin as Codex writes it, and has to be parsed to know. */
  mark?: { readonly words: Words | undefined };
}

/** The records in some bytes of a rollout, of which only those are parsed that are asked for, and no more looked at than that needs. */
export class CodexLines {
  readonly #bytes: Buffer;
  readonly #lines: Line[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    for (let start = 0; start < bytes.length;) {
      const at = bytes.indexOf(0x0a, start);
      const end = at === -1 ? bytes.length : at;
      if (end > start) this.#lines.push({ start, end });
      start = end + 1;
    }
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

  /** Whether the last of these may have a member: a record is long to parse for what it seldom says. */
  lastMayHave(words: readonly string[], member: string): boolean {
    const last = this.#lines.findLast((line) => isOneOf(this.#wordsOf(line) ?? words, words));
    if (!last) return false;
    const isSure = this.#wordsOf(last) !== undefined && this.#bytes[last.end - 1] === 0x7d;
    return !isSure || this.#bytes.toString('latin1', last.start, last.end).includes(`"${member}"`);
  }

  /** The model of the first turn here. */
  model(): string | undefined {
    if (!this.#bytes.includes(turnKind)) return undefined;
    return this.#modelOf(
      this.#lines.find((line) => this.#isTurn(line)),
      this.with(['turn_context']),
    );
  }

  /** The model of the last turn here. */
  lastModel(): string | undefined {
    if (!this.#bytes.includes(turnKind)) return undefined;
    return this.#modelOf(
      this.#lines.findLast((line) => this.#isTurn(line)),
      this.lastWith(['turn_context']),
    );
  }

  /** Parsing all that a turn's context holds takes as long as all the rest of a row. */
  #modelOf(line: Line | undefined, turns: Iterable<CodexRecord>): string | undefined {
    const text = line ? this.#bytes.toString('utf8', line.start, line.end) : '';
    const [, model] = /"model":"([^"\\]+)"/.exec(text) ?? [];
    // A copy: what is found would keep all of the line for as long as the row is there.
    if (model !== undefined) return Buffer.from(model).toString();
    const [turn] = turns;
    return textIn(turn?.payload['model']);
  }

  *#record(line: Line, wanted: readonly string[]): Generator<CodexRecord> {
    const words = this.#wordsOf(line);
    if (words && !isOneOf(words, wanted)) return;
    const record = recordOf(this.#bytes.subarray(line.start, line.end));
    if (record && (words || isOneOf(wordsOf(record), wanted))) yield record;
  }

  #isTurn(line: Line): boolean {
    return this.#wordsOf(line)?.[0] === 'turn_context';
  }

  #wordsOf(line: Line): Words | undefined {
    const { start, end } = line;
    const mark = (line.mark ??= { words: markOf(this.#bytes.toString('latin1', start, Math.min(end, start + markBytes))) });
    return mark.words;
  }
}

const isOneOf = (words: readonly unknown[], wanted: readonly string[]): boolean =>
  words.some((word) => typeof word === 'string' && wanted.includes(word));

const wordsOf = ({ kind, payload }: CodexRecord): readonly unknown[] => [
  kind,
  payload['type'],
  payload['role'],
  objectOf(payload['item'])['type'],
];

const turnKind = Buffer.from('turn_context');

const usual = /^\{"timestamp":"[^"]*",(?:"ordinal":\d+,)?"type":"(\w+)","payload":\{(?:"type":"(\w+)")?/;

function markOf(line: string): Words | undefined {
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
