import { basename } from 'node:path';
import { isPrompt, messageText } from './geminiMessage.js';
import { readFileEnds } from '../fileEnds.js';
import type { RowFile } from '../fileRows.js';
import { jsonElements, jsonMembers, partValue } from '../jsonPart.js';
import { arrayOf, objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';
import { promptStart } from '../promptStart.js';

/** One file of a session, by its beginning and its end. */
export interface GeminiFile {
  /** Absent where the file does not name one. */
  readonly sessionId: string | undefined;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly updated: string;
  readonly projectHash: string;
  readonly directory: string;
  readonly isSubagent: boolean;
  readonly prompt: string;
  readonly summary: string;
  readonly model: string;
  readonly problem: string | undefined;
}

const headBytes = 24 * 1024;
const tailBytes = 8 * 1024;
const buffer = Buffer.allocUnsafe(headBytes + tailBytes);

export function readGeminiFile(file: RowFile): GeminiFile {
  const { path, stat } = file;
  const ends = readFileEnds(file, headBytes, tailBytes, buffer);
  const tail = (ends.isWhole ? ends.head : ends.tail).toString('utf8');
  const seen = path.endsWith('.jsonl') ? readLines(ends.head, tail) : readObject(ends.head.toString('utf8'), tail);
  const { fields } = seen;
  const sessionId = stringOf(fields['sessionId']) || undefined;
  const started = timeOf(fields['startTime']) ?? timeOf(fields['lastUpdated']) ?? stat.mtime.toISOString();
  return {
    sessionId,
    started,
    updated: timeOf(fields['lastUpdated']) ?? started,
    projectHash: stringOf(fields['projectHash']),
    directory: stringOf(arrayOf(fields['directories'])[0]),
    isSubagent: fields['kind'] === 'subagent',
    prompt: promptStart(seen.prompt),
    summary: promptStart(stringOf(fields['summary'])),
    model: seen.model,
    problem:
      stat.size === 0
        ? 'the file is empty'
        : sessionId === undefined
          ? `${basename(path)} names no session`
          : seen.isCut
            ? 'the file breaks off'
            : undefined,
  };
}

interface Seen {
  readonly fields: JsonObject;
  readonly prompt: string;
  readonly model: string;
  readonly isCut: boolean;
}

const newline = 0x0a;
const userType = Buffer.from('"type":"user"');
const setStart = Buffer.from('{"$set"');
const contextTag = Buffer.from('<session_context>');

/** Records, one a line: what the session is stands in the first, and what became of it in the last. */
function readLines(head: Buffer, tail: string): Seen {
  const end = head.indexOf(newline);
  const fields = objectOf(parsed(head.toString('utf8', 0, end === -1 ? head.length : end)));
  let model = '';
  let updated: string | undefined;
  let summary: string | undefined;
  for (const line of tail.split('\n').reverse()) {
    if (model === '' && line.includes('"type":"gemini"')) model = stringOf(objectOf(parsed(line))['model']);
    if (!line.startsWith('{"$set"') || line.length > tailBytes) continue;
    if (updated !== undefined && (summary !== undefined || !line.includes('"summary"'))) continue;
    const set = objectOf(objectOf(parsed(line))['$set']);
    updated ??= timeOf(set['lastUpdated']);
    summary ??= stringOf(set['summary']) || undefined;
  }
  const later = { ...(updated === undefined ? {} : { lastUpdated: updated }), ...(summary === undefined ? {} : { summary }) };
  return { fields: { ...fields, ...later }, prompt: firstPrompt(head), model, isCut: false };
}

/** Of the lines only those that hold a person's message become text, as in most files that is the third. */
function firstPrompt(head: Buffer): string {
  for (let at = head.indexOf(userType); at !== -1;) {
    const start = head.lastIndexOf(newline, at) + 1;
    const next = head.indexOf(newline, at);
    const line = head.subarray(start, next === -1 ? head.length : next);
    if (!isContextOnly(line)) {
      const prompt = promptIn(objectOf(parsed(line.toString('utf8'))));
      if (prompt !== '') return prompt;
    }
    at = next === -1 ? -1 : head.indexOf(userType, next);
  }
  return '';
}

/** The context that begins every session is the longest line of most, and nothing in it was said. */
const isContextOnly = (line: Buffer): boolean =>
  line.subarray(0, setStart.length).equals(setStart) && line.includes(contextTag) && line.indexOf(userType) === line.lastIndexOf(userType);

function promptIn(record: JsonObject): string {
  const messages = record['type'] === 'user' ? [record] : arrayOf(objectOf(record['$set'])['messages'] ?? record['messages']).map(objectOf);
  const found = messages.find(isPrompt);
  return found ? messageText(found) : '';
}

/** The form of before the lines: one object with all messages in it, and the summary behind them. */
function readObject(head: string, tail: string): Seen {
  const fields: Record<string, unknown> = {};
  let prompt = '';
  for (const member of jsonMembers(head)) {
    if (member.key !== 'messages') fields[member.key] = partValue(head, member);
    else {
      for (const part of jsonElements(head, member.start)) {
        const message = objectOf(partValue(head, part));
        if (prompt === '' && isPrompt(message)) prompt = messageText(message);
      }
    }
  }
  const summary = /\n {2}"summary":\s*("(?:[^"\\]|\\.)*")/.exec(tail)?.[1];
  const models = [...tail.matchAll(/"model":\s*"([^"\\]+)"/g)];
  return {
    fields: summary === undefined ? fields : { ...fields, summary: parsed(summary) },
    prompt,
    model: models.at(-1)?.[1] ?? '',
    isCut: !/\}\s*$/.test(tail),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Cut at the end of what was read, or torn: the other lines tell.
    return undefined;
  }
}
