import type { ContentBlock, Entry, EntryOf, StopReason } from '../../model/entry.js';
import type { MessageUsage } from '../../model/usage.js';
import { addCost, addTokens } from '../../model/usage.js';
import { timeOfMs } from '../jsonText.js';
import { memberOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import { opencodePlan, opencodeToolCall } from './opencodeTool.js';
import { opencodeUsage } from './opencodeUsage.js';

export interface OpencodePart {
  readonly id: string;
  readonly time: number;
  readonly data: JsonObject;
}

export interface OpencodeMessage {
  readonly id: string;
  readonly time: number;
  readonly data: JsonObject;
  readonly parts: readonly OpencodePart[];
  /** The session that counts its usage, where this is a copy of that one's. */
  readonly inheritedFrom?: string | undefined;
}

type Message = EntryOf<'message'>;

/** Our entries of one message, in the order of its parts. */
export function opencodeEntries(message: OpencodeMessage): Entry[] {
  const role = message.data['role'];
  if (role === 'user') return userEntries(message);
  if (role !== 'assistant') return [];
  return message.data['summary'] === true ? summaryEntries(message) : assistantEntries(message);
}

/** Whether a user's message only asks for the history to be summed up, and why. */
export function compactionReason({ data, parts }: OpencodeMessage): string | undefined {
  const part = data['role'] === 'user' ? parts.find((found) => found.data['type'] === 'compaction')?.data : undefined;
  if (part === undefined) return undefined;
  return part['overflow'] === true ? 'overflow' : part['auto'] === true ? 'auto' : 'manual';
}

function userEntries(message: OpencodeMessage): Entry[] {
  const content = message.parts.flatMap(({ data }) => userBlock(data));
  if (content.length === 0) return [];
  return [{ ...base(message), type: 'message', source_id: message.id, message: { role: 'user', content } }];
}

function userBlock(part: JsonObject): ContentBlock[] {
  switch (part['type']) {
    case 'text':
      // What the program adds for the model are not the person's words.
      return part['synthetic'] === true || part['ignored'] === true || !stringOf(part['text']) ? [] : [textBlock(part)];
    case 'subtask':
      return [{ type: 'text', text: stringOf(part['prompt']) || stringOf(part['description']) }];
    case 'file':
      return [fileBlock(part)];
    default:
      return [];
  }
}

const textBlock = (part: JsonObject): ContentBlock => ({ type: 'text', text: stringOf(part['text']) });

function fileBlock(part: JsonObject): ContentBlock {
  const url = stringOf(part['url']);
  const image = /^data:(image\/[\w.+-]+);base64,/.exec(url);
  if (image?.[1] !== undefined) return { type: 'image', mime_type: image[1], data: url.slice(image[0].length) };
  const title = stringOf(part['filename']);
  // The content of an attached file can be as long as it likes: it is named, not copied.
  return { type: 'resource', uri: url.startsWith('data:') ? `file:${title}` : url, ...(title !== '' && { title }) };
}

function assistantEntries(message: OpencodeMessage): Entry[] {
  const entries: Entry[] = [];
  let open: Message | undefined;
  let last: Message | undefined;
  for (const part of message.parts) {
    if (part.data['type'] === 'text' && stringOf(part.data['text']) !== '') {
      if (!open) entries.push((last = open = answer(message, part)));
      open.message.content.push(textBlock(part.data));
      continue;
    }
    const made = otherEntries(message, part);
    if (made.length > 0) open = undefined;
    entries.push(...made);
  }
  return withEnd(message, entries, last);
}

function otherEntries(message: OpencodeMessage, part: OpencodePart): Entry[] {
  const { data, id } = part;
  const timestamp = partTime(message, part);
  if (data['type'] === 'reasoning') {
    const { start, end } = objectOf(data['time']);
    const duration = typeof start === 'number' && typeof end === 'number' && end >= start ? { duration_ms: end - start } : {};
    return stringOf(data['text']) ? [{ id, timestamp, type: 'thinking', text: stringOf(data['text']), source_id: id, ...duration }] : [];
  }
  if (data['type'] !== 'tool') return [];
  const steps = opencodePlan(data);
  return [
    { id, timestamp, type: 'tool_call', source_id: id, call: opencodeToolCall(data, id, isOver(message)) },
    ...(steps.length > 0 ? [{ id: `${id}:plan`, timestamp, type: 'plan' as const, steps }] : []),
  ];
}

/** Usage, error and stop stand on the last words of a message; on a message of their own where there are none. */
function withEnd(message: OpencodeMessage, entries: Entry[], last: Message | undefined): Entry[] {
  const end = endOf(message);
  if (last) Object.assign(last, end);
  else if (end.usage ?? end.inherited ?? end.error) entries.push({ ...answer(message), ...end });
  return entries;
}

/** The answer to a compaction: its words are the summary. One that failed is shown as what went wrong. */
function summaryEntries(message: OpencodeMessage): Entry[] {
  const summary = message.parts.map(({ data }) => (data['type'] === 'text' ? stringOf(data['text']) : '')).join('');
  if (summary === '' || message.data['error'] !== undefined) return withEnd(message, [], undefined);
  const compact: Entry = { ...base(message), id: `${message.id}:compact`, type: 'compact', source_id: message.id, summary };
  return withEnd(message, [compact], undefined);
}

function answer(message: OpencodeMessage, part?: OpencodePart): Message {
  const model = stringOf(message.data['modelID']);
  return {
    id: part?.id ?? message.id,
    timestamp: part ? partTime(message, part) : base(message).timestamp,
    type: 'message',
    source_id: part?.id ?? message.id,
    message: { role: 'assistant', content: [] },
    backend: 'opencode',
    ...(model !== '' && { model }),
  };
}

function endOf(message: OpencodeMessage): Partial<Message> {
  const usage = usageOf(message);
  const error = objectOf(message.data['error']);
  const name = stringOf(error['name']);
  const stop = name === '' ? memberOf(stops, stringOf(message.data['finish'])) : name === 'MessageAbortedError' ? 'cancelled' : 'error';
  return {
    ...(usage && (message.inheritedFrom === undefined ? { usage } : { inherited: { from: message.inheritedFrom, usage } })),
    ...(stop && { stop_reason: stop }),
    ...(stop === 'error' && { error: stringOf(objectOf(error['data'])['message']) || name }),
  };
}

const stops: Readonly<Record<string, StopReason>> = { stop: 'end_turn', length: 'max_tokens', 'content-filter': 'refusal', error: 'error' };

/** A message of several steps keeps the tokens of its last one; then the steps are summed. */
function usageOf({ data, parts }: OpencodeMessage): MessageUsage | undefined {
  const steps = parts
    .flatMap((part) => (part.data['type'] === 'step-finish' ? [opencodeUsage(part.data)] : []))
    .filter((step) => step !== undefined);
  const whole = opencodeUsage(data);
  if (steps.length < 2) return whole ?? steps[0];
  const [first, ...rest] = steps;
  return rest.reduce((sum, step) => ({ ...addTokens(sum ?? step, step), cost_usd: addCost(sum?.cost_usd ?? null, step.cost_usd) }), first);
}

const isOver = ({ data }: OpencodeMessage): boolean => objectOf(data['time'])['completed'] !== undefined || data['error'] !== undefined;

const base = ({ id, time }: OpencodeMessage): { readonly id: string; readonly timestamp: string } => ({
  id,
  timestamp: timeOfMs(time) ?? new Date(0).toISOString(),
});

function partTime(message: OpencodeMessage, { time, data }: OpencodePart): string {
  const { start } = objectOf(data['time'] ?? objectOf(data['state'])['time']);
  return timeOfMs(start) ?? timeOfMs(time) ?? base(message).timestamp;
}
