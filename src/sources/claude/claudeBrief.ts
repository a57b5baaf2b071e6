import { textOf } from '../../model/contentText.js';
import {
  answerOf,
  isAttachment,
  kindOf,
  lineFrom,
  lineStarts,
  recordOf,
  shortRecordOf,
  timeOfLine,
  turnOf,
  typeOf,
  type ClaudeLine,
  type NoteKind,
} from './claudeLine.js';
import { wordsOf } from './claudePrompt.js';
import { costStateOf, type CostState } from './claudeUsage.js';
import { readAt } from '../fileEnds.js';
import type { RowFile } from '../fileRows.js';
import { promptStart } from '../promptStart.js';
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
  readonly startedAt: string | undefined;
  readonly messageAt: string | undefined;
  /** The first message's record. */
  readonly record: JsonObject | undefined;
  readonly prompt: string | undefined;
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

/** What is read of most files. */
export const claudeEnds = { head: 4 * 1024, tail: 16 * 1024 };
const longTailBytes = 96 * 1024;
/** How far the first prompt is looked for: hooks and compactions can stand before it. */
const promptBytes = 1024 * 1024;

/** Reused: the reading is synchronous, and what is kept of it are copies. */
const headBuffer = Buffer.allocUnsafe(claudeEnds.head);
const tailBuffer = Buffer.allocUnsafe(longTailBytes);

/** Reads no more than the ends of a file, unless its first prompt is further down. `undefined` where nothing in it is a record. */
export function readClaudeBrief({ fd, stat: { size } }: RowFile): ClaudeBrief | undefined {
  const end = (length: number): Buffer => bytesAt(fd, tailBuffer, Math.max(0, size - length), Math.min(size, length));
  if (size <= claudeEnds.head + claudeEnds.tail) {
    const whole = end(size);
    const first = firstOf(whole, true);
    const last = lastOf(whole, true);
    if (first.prompt === undefined) takeLastPrompt(last, whole);
    return first.isEmpty ? undefined : { first, last };
  }
  const head = bytesAt(fd, headBuffer, 0, claudeEnds.head);
  let tail = end(claudeEnds.tail);
  let last = lastOf(tail, false);
  if (last.at === undefined) {
    // The program notes what it sent to the model behind the answer: one record can be longer than all we looked at.
    tail = end(longTailBytes);
    last = lastOf(tail, tail.length === size);
  }
  let first = firstOf(head, false);
  let begin = head;
  for (let length = claudeEnds.head * 8; !first.isPrompt && length <= promptBytes; length *= 4) {
    const more = Math.min(size, length);
    begin = bytesAt(fd, Buffer.allocUnsafe(more), 0, more);
    first = firstOf(begin, more === size);
    if (more === size) break;
  }
  if (last.customTitle === undefined) takeTitles(last, begin);
  if (first.prompt === undefined) takeLastPrompt(last, tail);
  if (first.isEmpty && last.at === undefined && last.notedAt === undefined) return undefined;
  return { first: { ...first, hasMessages: true }, last };
}

const bytesAt = (fd: number, into: Buffer, position: number, length: number): Buffer =>
  into.subarray(0, readAt(fd, into, position, length));

function firstOf(bytes: Buffer, isWhole: boolean): ClaudeFirst {
  let [isEmpty, startedAt]: [boolean, string | undefined] = [true, undefined];
  let message: JsonObject | undefined;
  let command: string | undefined;
  let prompt: string | undefined;
  for (let line = lineFrom(bytes, 0, isWhole); line; line = lineFrom(bytes, line.end + 1, isWhole)) {
    if (line.end - line.start < 2) continue;
    const kind = kindOf(line);
    if (kind === 'attachment' || (kind === 'linked' && isAttachment(line))) continue;
    if (kind === 'queue-operation') {
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
    const said = promptStart(textOf(words.content));
    // What starts with a command of the program is no prompt, unless nothing else was said.
    if (words.isCommand) command ??= said;
    else prompt = said;
    if (prompt !== undefined) break;
  }
  return {
    isEmpty,
    hasMessages: message !== undefined,
    isPrompt: prompt !== undefined,
    startedAt,
    messageAt: timeOf(message?.['timestamp']),
    record: message,
    prompt: prompt ?? command,
  };
}

/** Looks through the end of a file from the back: what was written last holds. */
function lastOf(bytes: Buffer, isWhole: boolean): ClaudeLast {
  const last: ClaudeLast = {};
  let isAnswered = false;
  eachBack(bytes, (line) => {
    const isSettled = last.at !== undefined && isAnswered;
    const kind = line.start === 0 && !isWhole ? 'attachment' : kindOf(line);
    if (isSettled ? kind === 'linked' || kind === 'message' || kind === 'attachment' : kind === 'other') return;
    if (kind === 'attachment' || (kind === 'linked' && isAttachment(line))) {
      if (last.at === undefined) last.notedAt ??= timeOfLine(line);
    } else if (isNote(kind)) {
      if (kind !== promptKind) takeNote(last, kind, line);
    } else if (kind === 'unknown' || kind === 'message' || kind === 'linked') {
      const answer = kind === 'linked' && last.at === undefined ? answerOf(line) : undefined;
      if (answer) {
        [last.at, last.model, last.error, isAnswered] = [answer.at, answer.model, '', true];
        return;
      }
      const record = shortRecordOf(line);
      const type = record ? typeOf(record) : '';
      if (!record) last.at ??= timeOfLine(line);
      else if (isNote(type)) takeNote(last, type, line);
      else if (type === 'system' || type === 'attachment') last.notedAt ??= timeOf(record['timestamp']);
      else if (type === 'user' || type === 'assistant') {
        last.at ??= timeOf(record['timestamp']);
        last.turns ??= turnOf(record);
        if (type === 'assistant' && !isAnswered) isAnswered = takeAnswer(last, record);
      }
    }
  });
  return last;
}

/** Calls with each line, the last one first. */
function eachBack(bytes: Buffer, visit: (line: ClaudeLine) => void): void {
  const starts = lineStarts(bytes);
  let end = bytes.length;
  for (let index = starts.length - 1; index >= 0; index--) {
    const start = starts[index] ?? 0;
    if (end - start > 1) visit({ bytes, start, end });
    end = start - 1;
  }
}

/** Takes the model and the failure of an answer; false for one that only says what went wrong. */
function takeAnswer(last: ClaudeLast, record: JsonObject): boolean {
  const message = objectOf(record['message']);
  if (record['isApiErrorMessage'] === true && last.error === undefined) {
    const [block] = Array.isArray(message['content']) ? (message['content'] as unknown[]) : [];
    last.error = promptStart(stringOf(objectOf(block)['text'])) || 'the model did not answer';
  }
  const model = stringOf(message['model']);
  if (model === '' || model === '<synthetic>') return false;
  last.error ??= '';
  last.model = model;
  return true;
}

/** The kinds of records that say something of the session, each with the member that does. */
const notes = {
  'custom-title': 'customTitle',
  'ai-title': 'aiTitle',
  summary: 'summary',
  'last-prompt': 'lastPrompt',
  tag: 'tag',
  relocated: 'relocatedCwd',
  'cost-state': 'cost',
} as const satisfies Record<NoteKind, keyof ClaudeLast>;

const isNote = (kind: string): kind is NoteKind => Object.hasOwn(notes, kind);

function takeNote(last: ClaudeLast, kind: NoteKind, line: ClaudeLine): void {
  const key = notes[kind];
  if (last[key] !== undefined) return;
  const record = recordOf(line);
  if (!record) return;
  if (key === 'cost') last.cost = costStateOf(record);
  else if (typeof record[key] === 'string' && (key === 'tag' || record[key].trim() !== '')) last[key] = record[key].trim();
}

const promptKind = 'last-prompt';

/** What was asked last, for a session whose first prompt is too far down. */
function takeLastPrompt(last: ClaudeLast, tail: Buffer): void {
  eachBack(tail, (line) => {
    if (noteOf(line) === promptKind) takeNote(last, promptKind, line);
  });
}

/** Titles that stand at the beginning only. */
function takeTitles(last: ClaudeLast, head: Buffer): void {
  eachBack(head, (line) => {
    const kind = noteOf(line);
    if (kind === 'custom-title' || kind === 'ai-title' || kind === 'summary') takeNote(last, kind, line);
  });
}

function noteOf(line: ClaudeLine): NoteKind | undefined {
  const kind = kindOf(line);
  const type = kind === 'unknown' ? typeOf(shortRecordOf(line) ?? {}) : kind;
  return isNote(type) ? type : undefined;
}
