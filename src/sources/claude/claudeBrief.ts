import { closeSync, openSync, readSync } from 'node:fs';
import { textOf } from '../../model/entryText.js';
import { promptLimit } from '../../model/record.js';
import { linesBack, linesFrom, recordOf, shortRecordOf, timeOfLine, turnOf, typeOf, type ClaudeLine } from './claudeLine.js';
import { wordsOf } from './claudePrompt.js';
import { costStateOf, type CostState } from './claudeUsage.js';
import { objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';

/** What a list needs of a file, from its beginning and its end. Absent is what neither of them tells. */
export interface ClaudeBrief {
  readonly first: ClaudeFirst;
  readonly last: ClaudeLast;
}

/** What stands at the beginning of a file. */
export interface ClaudeFirst {
  /** No line is a record. */
  readonly isEmpty: boolean;
  readonly hasMessages: boolean;
  /** When the file was begun: a fork is begun later than its first message was written. */
  readonly startedAt?: string;
  readonly messageAt?: string;
  /** The first message's record, without what is said in it. */
  readonly record?: JsonObject;
  readonly prompt?: string;
  /** The prompt is one, and not only a command of the program. */
  readonly isPrompt: boolean;
}

/** What stands at the end of a file: the last message, and what the program noted. */
export interface ClaudeLast {
  /** The last message's time, and that of the last record of any kind behind or before it. */
  at?: string | undefined;
  notedAt?: string | undefined;
  model?: string | undefined;
  /** What the last answer says went wrong; empty where it went well. */
  error?: string | undefined;
  /** Prompts so far, as far as the program counts them. */
  turns?: number | undefined;
  cost?: CostState | undefined;
  tag?: string | undefined;
  customTitle?: string | undefined;
  aiTitle?: string | undefined;
  summary?: string | undefined;
  lastPrompt?: string | undefined;
  /** The folder that the session was moved to. */
  relocatedCwd?: string | undefined;
}

const headBytes = 4 * 1024;
const tailBytes = 16 * 1024;
const longTailBytes = 96 * 1024;
/** How far the first prompt is looked for: hooks and compactions can stand before it. */
const promptBytes = 1024 * 1024;

/** Reused: the reading is synchronous, and what is kept of it are strings. */
const buffer = Buffer.allocUnsafe(headBytes + tailBytes);
const longBuffer = Buffer.allocUnsafe(longTailBytes);

/**
 * Reads no more than the ends of a file, whose size is given, unless its first prompt is further down. `undefined` where
 * nothing in it is a record.
 */
export function readClaudeBrief(path: string, size: number): ClaudeBrief | undefined {
  const file = openSync(path, 'r');
  try {
    if (size <= buffer.length) {
      const whole = readAt(file, buffer, 0, size);
      const first = firstOf(whole, true);
      const last = lastOf(whole, true);
      if (first.prompt === undefined) takeLastPrompt(last, whole);
      return first.isEmpty ? undefined : { first, last };
    }
    const head = readAt(file, buffer, 0, headBytes);
    let tail = readAt(file, buffer, size - tailBytes, tailBytes);
    let last = lastOf(tail, false);
    if (last.at === undefined) {
      // The program notes what it sent to the model behind the answer: one record can be longer than all we looked at.
      const more = Math.min(size, longTailBytes);
      tail = readAt(file, longBuffer, size - more, more);
      last = lastOf(tail, more === size);
    }
    let first = firstOf(head, false);
    let begin = head;
    for (let length = headBytes * 8; !first.isPrompt && length <= promptBytes; length *= 4) {
      const more = Math.min(size, length);
      begin = readAt(file, Buffer.allocUnsafe(more), 0, more);
      first = firstOf(begin, more === size);
      if (more === size) break;
    }
    if (last.customTitle === undefined) takeTitles(last, begin);
    if (first.prompt === undefined) takeLastPrompt(last, tail);
    if (first.isEmpty && last.at === undefined && last.notedAt === undefined) return undefined;
    return { first: { ...first, hasMessages: true }, last };
  } finally {
    closeSync(file);
  }
}

/** One character for each byte. */
function readAt(file: number, into: Buffer, position: number, length: number): string {
  let read = 0;
  while (read < length) {
    const count = readSync(file, into, read, length - read, position + read);
    // Cut shorter by its program meanwhile.
    if (count === 0) break;
    read += count;
  }
  return into.toString('latin1', 0, read);
}

function firstOf(text: string, isWhole: boolean): ClaudeFirst {
  let [isEmpty, startedAt]: [boolean, string | undefined] = [true, undefined];
  let message: JsonObject | undefined;
  let command: string | undefined;
  let prompt: string | undefined;
  for (const line of linesFrom(text, isWhole)) {
    if (line.kind === 'attachment') continue;
    if (line.kind === 'queue-operation') {
      // Each run begins with some, and their time is all that is wanted of them.
      startedAt ??= timeOfLine(line);
      isEmpty = false;
      continue;
    }
    const record = recordOf(line);
    if (!record) continue;
    isEmpty = false;
    const type = typeOf(record);
    if (type !== 'file-history-snapshot') startedAt ??= timeOf(record['timestamp']);
    if (type !== 'user' && type !== 'assistant') continue;
    message ??= record;
    const words = type === 'user' ? wordsOf(record) : undefined;
    if (words?.role !== 'user') continue;
    const said = textOf(words.content).slice(0, promptLimit);
    // What starts with a command of the program is no prompt, unless nothing else was said.
    if (words.isCommand) command ??= said;
    else prompt = said;
    if (prompt !== undefined) break;
  }
  const said = prompt ?? command;
  const messageAt = timeOf(message?.['timestamp']);
  return {
    isEmpty,
    hasMessages: message !== undefined,
    isPrompt: prompt !== undefined,
    ...(startedAt !== undefined && { startedAt }),
    ...(messageAt !== undefined && { messageAt }),
    ...(message && { record: withoutWords(message) }),
    ...(said !== undefined && { prompt: said }),
  };
}

/** Briefs are kept; what was said need not be. */
const withoutWords = ({ message: _, toolUseResult: __, ...rest }: JsonObject): JsonObject => rest;

/** Looks through the end of a file from the back: what was written last holds. */
function lastOf(text: string, isWhole: boolean): ClaudeLast {
  const last: ClaudeLast = {};
  let isAnswered = false;
  for (const line of linesBack(text, isWhole)) {
    const { kind } = line;
    if (kind === 'attachment' || kind === 'cut') {
      if (last.at === undefined) last.notedAt ??= timeOfLine(line);
    } else if (notes.has(kind)) {
      if (kind !== promptKind) takeNote(last, kind, line);
    } else if (kind === 'unknown' || (kind === 'message' && (last.at === undefined || !isAnswered))) {
      const record = shortRecordOf(line);
      const type = record ? typeOf(record) : '';
      if (!record) last.at ??= timeOfLine(line);
      else if (notes.has(type)) takeNote(last, type, line);
      else if (type === 'system' || type === 'attachment') last.notedAt ??= timeOf(record['timestamp']);
      else if (type === 'user' || type === 'assistant') {
        last.at ??= timeOf(record['timestamp']);
        last.turns ??= turnOf(record);
        if (type === 'assistant' && !isAnswered) isAnswered = takeAnswer(last, record);
      }
    }
  }
  return last;
}

/** Takes the model and the failure of an answer; false for one that only says what went wrong. */
function takeAnswer(last: ClaudeLast, record: JsonObject): boolean {
  const message = objectOf(record['message']);
  if (record['isApiErrorMessage'] === true && last.error === undefined) {
    const [block] = Array.isArray(message['content']) ? (message['content'] as unknown[]) : [];
    last.error = stringOf(objectOf(block)['text']).slice(0, promptLimit) || 'the model did not answer';
  }
  const model = stringOf(message['model']);
  if (model === '' || model === '<synthetic>') return false;
  last.error ??= '';
  last.model = model;
  return true;
}

/** The kinds of records that say something of the session, each with the member that does. */
const notes = new Map<string, 'customTitle' | 'aiTitle' | 'summary' | 'lastPrompt' | 'tag' | 'relocatedCwd' | 'cost'>([
  ['custom-title', 'customTitle'],
  ['ai-title', 'aiTitle'],
  ['summary', 'summary'],
  ['last-prompt', 'lastPrompt'],
  ['tag', 'tag'],
  ['relocated', 'relocatedCwd'],
  ['cost-state', 'cost'],
]);

function takeNote(last: ClaudeLast, kind: string, line: ClaudeLine): void {
  const key = notes.get(kind);
  if (key === undefined || last[key] !== undefined) return;
  const record = recordOf(line);
  if (!record) return;
  if (key === 'cost') last.cost = costStateOf(record);
  else if (typeof record[key] === 'string' && (key === 'tag' || record[key].trim() !== '')) last[key] = record[key].trim();
}

const promptKind = 'last-prompt';

/** What was asked last, for a session whose first prompt is too far down. */
function takeLastPrompt(last: ClaudeLast, tail: string): void {
  for (const line of linesBack(tail, true)) if (kindOfNote(line) === promptKind) takeNote(last, promptKind, line);
}

/** Titles that stand at the beginning only. */
function takeTitles(last: ClaudeLast, head: string): void {
  for (const line of linesBack(head, true)) {
    const kind = kindOfNote(line);
    if (titles.has(kind)) takeNote(last, kind, line);
  }
}

const kindOfNote = (line: ClaudeLine): string => (line.kind === 'unknown' ? typeOf(shortRecordOf(line) ?? {}) : line.kind);

const titles: ReadonlySet<string> = new Set(['custom-title', 'ai-title', 'summary']);
