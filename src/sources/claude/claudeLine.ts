import { objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';

/** A record longer than this is not parsed for its time. */
const longLine = 32 * 1024;
/** How far into a line shows whether it is an attachment. */
const kindBytes = 160;

/** A line of a file's beginning or end, not looked into more than needed: [start, end) of `bytes`. */
export interface ClaudeLine {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Kinds that a line's first bytes tell apart; any other is passed over at a file's end. */
const noteKinds = ['custom-title', 'ai-title', 'summary', 'last-prompt', 'tag', 'relocated', 'cost-state'] as const;
export type NoteKind = (typeof noteKinds)[number];

/** `message` is what is said, `linked` that or an attachment, `unknown` what may be anything. */
export type LineKind = NoteKind | 'queue-operation' | 'attachment' | 'message' | 'linked' | 'other' | 'unknown';

const marks: readonly { readonly kind: LineKind; readonly mark: Buffer }[] = [
  ...[...noteKinds, 'queue-operation' as const, 'attachment' as const].map((kind) => ({ kind, mark: Buffer.from(`${kind}"`) })),
  ...['user"', 'assistant"', 'system"'].map((mark) => ({ kind: 'message' as const, mark: Buffer.from(mark) })),
];
const typeStart = Buffer.from('{"type":"');
const linkStart = Buffer.from('{"parentUuid":');

/** The line that begins at `start`; `undefined` behind the last. One without its newline counts only where nothing can follow it. */
export function lineFrom(bytes: Buffer, start: number, isWhole: boolean): ClaudeLine | undefined {
  if (start >= bytes.length) return undefined;
  const at = bytes.indexOf(0x0a, start);
  if (at === -1 && !isWhole) return undefined;
  return { bytes, start, end: at === -1 ? bytes.length : at };
}

/** Where lines begin, the first one first; the last ends where the bytes do. */
export function lineStarts(bytes: Buffer): readonly number[] {
  const starts = [0];
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) starts.push(at + 1);
  return starts;
}

export function kindOf({ bytes, start }: ClaudeLine): LineKind {
  if (isAt(bytes, start, linkStart)) return 'linked';
  if (!isAt(bytes, start, typeStart)) return 'unknown';
  for (const { kind, mark } of marks) if (isAt(bytes, start + typeStart.length, mark)) return kind;
  return 'other';
}

function isAt(bytes: Buffer, start: number, mark: Buffer): boolean {
  for (let index = 0; index < mark.length; index++) if (bytes[start + index] !== mark[index]) return false;
  return true;
}

/** Whether a line of the kind `linked` is an attachment. */
export const isAttachment = ({ bytes, start, end }: ClaudeLine): boolean =>
  bytes.toString('latin1', start, Math.min(end, start + kindBytes)).includes('"attachment":');

/** The record of a line; `undefined` where it is torn, damaged or no object: the lines beside it tell. */
export function recordOf({ bytes, start, end }: ClaudeLine): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The record of a line that is not too long to be parsed for one member of it. */
export const shortRecordOf = (line: ClaudeLine): JsonObject | undefined => (line.end - line.start < longLine ? recordOf(line) : undefined);

const timeKey = '"timestamp":';
const timeMember = /"timestamp": ?"([^"]{10,40})"/y;

/** The time of a record that is not parsed: the last in it that is one. */
export function timeOfLine({ bytes, start, end }: ClaudeLine): string | undefined {
  const text = bytes.toString('latin1', start, end);
  for (let from = text.length; from > 0;) {
    const at = text.lastIndexOf(timeKey, from - 1);
    if (at === -1) return undefined;
    timeMember.lastIndex = at;
    const time = timeOf(timeMember.exec(text)?.[1]);
    // A copy: what is found would keep all of the line for as long as the row is there.
    if (time !== undefined) return Buffer.from(time).toString();
    from = at;
  }
  return undefined;
}

const flat = String.raw`"\w+":(?:"[^"\\]*"|null|true|false|\d+)`;
const answerStart = new RegExp(String.raw`^\{(?:${flat},)*"message":\{(?:${flat},)*"model":"([\w.:/-]+)"`);
const answerEnd = new RegExp(String.raw`"type":"assistant",(?:${flat},)*"timestamp":"(\d{4}-[\dT:.-]{19}Z)"(?:,${flat})*\}$`);
const unusual = /"(?:isApiErrorMessage|turnPosition)"/;

/**
 * The time and the model of a usual answer, by the plain members at its beginning and at its end: parsing what is between
 * them takes longer than all the rest of a row. `undefined` for any other record.
 */
export function answerOf({ bytes, start, end }: ClaudeLine): { readonly at: string; readonly model: string } | undefined {
  const text = bytes.toString('latin1', start, end);
  const [, model] = answerStart.exec(text) ?? [];
  const [, time] = model === undefined ? [] : (answerEnd.exec(text) ?? []);
  const at = timeOf(time);
  if (model === undefined || at === undefined || unusual.test(text)) return undefined;
  // Copies: what is found would keep all of the line for as long as the row is there.
  return { at: Buffer.from(at).toString(), model: Buffer.from(model).toString() };
}

/** The number that the program gave a prompt. */
export function turnOf(record: JsonObject): number | undefined {
  const turn = objectOf(record['turnPosition'])['turnIndex'];
  return typeof turn === 'number' && Number.isInteger(turn) && turn >= 0 ? turn : undefined;
}

export const typeOf = (record: JsonObject): string => stringOf(record['type']);
