import type { Entry } from '../../model/entry.js';
import type { MessageUsage } from '../../model/usage.js';
import type { GeminiItem } from './geminiConversation.js';
import { messageContent, messageText, partsOf } from './geminiMessage.js';
import { geminiCall, resultsOf, type GeminiResult } from './geminiTool.js';
import { arrayOf, countOf, objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';

/** A session's messages as entries. What has no time of its own has that of what came before it, the first `created`. */
export function geminiEntries(items: readonly GeminiItem[], created: string): readonly Entry[] {
  const results = new Map(items.flatMap(({ message }) => resultsOf(message)));
  let time = created;
  return items.flatMap((item) => {
    time = timeOf(item.message['timestamp']) ?? time;
    const id = stringOf(item.message['id']);
    if (item.kind === 'reset') return [{ type: 'reset', id, timestamp: time, reason: 'Gemini CLI dropped what was said before' }];
    if (item.kind === 'compact') return [{ type: 'compact', id, timestamp: time, summary: summaryOf(item.message) }];
    return messageEntries(item.message, id, time, results);
  });
}

function messageEntries(message: JsonObject, id: string, timestamp: string, results: ReadonlyMap<string, GeminiResult>): readonly Entry[] {
  switch (message['type']) {
    case 'user': {
      const content = messageContent(message);
      return content.length === 0 ? [] : [{ type: 'message', id, source_id: id, timestamp, message: { role: 'user', content } }];
    }
    case 'gemini':
      return answerEntries(message, id, timestamp, results);
    case 'info':
    case 'warning':
    case 'error': {
      const text = messageText(message);
      if (text === '') return [];
      const content = [{ type: 'text' as const, text }];
      const error = message['type'] === 'error' ? { error: text } : {};
      return [{ type: 'message', id, source_id: id, timestamp, message: { role: 'system', content }, ...error }];
    }
    default:
      return [];
  }
}

function answerEntries(message: JsonObject, id: string, timestamp: string, results: ReadonlyMap<string, GeminiResult>): readonly Entry[] {
  const model = stringOf(message['model']);
  const usage = usageOf(objectOf(message['tokens']));
  const content = messageContent(message);
  const said: Entry = {
    type: 'message',
    id,
    source_id: id,
    timestamp,
    message: { role: 'assistant', content },
    backend: 'gemini',
    ...(model === '' ? {} : { model }),
    ...(usage ? { usage } : {}),
  };
  return [
    ...thoughtsOf(message).map((text, index): Entry => ({ type: 'thinking', id: `${id}-thought-${index + 1}`, timestamp, text })),
    ...(content.length > 0 || usage ? [said] : []),
    ...callsOf(message).map((call, index): Entry => {
      const made = geminiCall(call, results);
      const own = made.id || `${id}-call-${index + 1}`;
      return { type: 'tool_call', id: `${id}-${own}`, timestamp: timeOf(call['timestamp']) ?? timestamp, call: { ...made, id: own } };
    }),
  ];
}

/** `thoughts` beside the content, or parts of it that are marked as such. */
function thoughtsOf(message: JsonObject): readonly string[] {
  const beside = arrayOf(message['thoughts']).map((value) => {
    const thought = objectOf(value);
    return [thought['subject'] && `**${stringOf(thought['subject'])}**`, stringOf(thought['description'])].filter(Boolean).join('\n\n');
  });
  const inside = partsOf(message['content']).filter((part) => part['thought'] === true);
  return [...beside, ...(beside.length > 0 ? [] : inside.map((part) => stringOf(part['text'])))].filter(Boolean);
}

/** `toolCalls` beside the content, and calls in it that are not among them. */
function callsOf(message: JsonObject): readonly JsonObject[] {
  const beside = arrayOf(message['toolCalls']).map(objectOf);
  const ids = new Set(beside.map((call) => call['id']));
  const inside = partsOf(message['content'])
    .map((part) => objectOf(part['functionCall']))
    .filter((call) => stringOf(call['name']) !== '' && !ids.has(call['id']));
  return [...beside, ...(beside.length > 0 && inside.every((call) => call['id'] === undefined) ? [] : inside)];
}

/** Thoughts and tool prompts count beside input and output; the total has all of them. */
function usageOf(tokens: JsonObject): MessageUsage | undefined {
  const input = countOf(tokens['input']) + countOf(tokens['tool']);
  const output = countOf(tokens['output']);
  const reasoning = countOf(tokens['thoughts']);
  const total = countOf(tokens['total']) || input + output + reasoning;
  return total === 0 ? undefined : { input, output, cached: countOf(tokens['cached']), reasoning, total, cost_usd: null };
}

const summaryOf = (message: JsonObject): string =>
  messageText(message)
    .replace(/<\/?state_snapshot>/g, '')
    .trim();
