import type { Entry, EntryOf, StopReason } from '../../model/entry.js';
import type { MessageUsage } from '../../model/usage.js';
import { timeOfMs } from '../jsonText.js';
import { arrayOf, countOf, memberOf, objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';
import { openclawContent } from './openclawText.js';
import { openclawCommand, openclawToolCall, withOpenclawResult } from './openclawTool.js';

type Message = EntryOf<'message'>;

/** Where a fork comes from, and when it was made: what is older it has from there. */
export interface OpenclawFork {
  readonly from: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Our entries of a branch's entries, each tool's answer with its call. */
export function openclawEntries(branch: readonly JsonObject[], fork: OpenclawFork | undefined): Entry[] {
  const calls = new Map<string, EntryOf<'tool_call'>>();
  let before = new Date(0).toISOString();
  return branch.flatMap((event, index): Entry[] => {
    const message = objectOf(event['message']);
    // A time that cannot be read is the one before it: the order is kept.
    before = timeOf(stringOf(event['timestamp'])) ?? timeOfMs(message['timestamp']) ?? before;
    const base = { id: stringOf(event['id']) || `entry-${String(index)}`, timestamp: before };
    switch (event['type']) {
      case 'message':
        return messageEntries(message, base, calls, fork);
      case 'custom_message':
        return event['display'] === false ? [] : systemEntry(base, openclawContent(event['content'], false));
      case 'branch_summary':
        return systemEntry(base, openclawContent(event['summary'], false));
      case 'compaction':
        return [compactEntry(event, base)];
      case 'reset':
        return [
          { ...base, type: 'reset', source_id: base.id, ...(stringOf(event['reason']) !== '' && { reason: stringOf(event['reason']) }) },
        ];
      default:
        return [];
    }
  });
}

interface Base {
  readonly id: string;
  readonly timestamp: string;
}

function messageEntries(
  message: JsonObject,
  base: Base,
  calls: Map<string, EntryOf<'tool_call'>>,
  fork: OpenclawFork | undefined,
): Entry[] {
  switch (message['role']) {
    case 'user': {
      const content = openclawContent(message['content']);
      return content.length === 0 ? [] : [{ ...base, type: 'message', source_id: base.id, message: { role: 'user', content } }];
    }
    case 'assistant':
      return answerEntries(message, base, calls, fork);
    case 'toolResult': {
      const open = calls.get(stringOf(message['toolCallId']));
      if (open) {
        open.call = withOpenclawResult(open.call, message);
        return [];
      }
      const call = openclawToolCall({ id: message['toolCallId'], name: message['toolName'] }, base.id);
      return [{ ...base, type: 'tool_call', source_id: base.id, call: withOpenclawResult(call, message) }];
    }
    case 'bashExecution':
      return [{ ...base, type: 'tool_call', source_id: base.id, call: openclawCommand(message, base.id) }];
    case 'custom':
    case 'system':
      return message['display'] === false ? [] : systemEntry(base, openclawContent(message['content'], false));
    default:
      return [];
  }
}

function answerEntries(message: JsonObject, base: Base, calls: Map<string, EntryOf<'tool_call'>>, fork: OpenclawFork | undefined): Entry[] {
  const entries: Entry[] = [];
  let open: Message | undefined;
  let last: Message | undefined;
  const blocks = typeof message['content'] === 'string' ? [{ type: 'text', text: message['content'] }] : arrayOf(message['content']);
  for (const [index, value] of blocks.entries()) {
    const block = objectOf(value);
    const id = `${base.id}:${String(index)}`;
    if (block['type'] === 'thinking' && stringOf(block['thinking']) !== '') {
      entries.push({ id, timestamp: base.timestamp, type: 'thinking', source_id: id, text: stringOf(block['thinking']) });
      open = undefined;
    } else if (block['type'] === 'toolCall') {
      const call: EntryOf<'tool_call'> = {
        id,
        timestamp: base.timestamp,
        type: 'tool_call',
        source_id: id,
        call: openclawToolCall(block, id),
      };
      calls.set(call.call.id, call);
      entries.push(call);
      open = undefined;
    } else {
      const content = openclawContent([block], false);
      if (content.length === 0) continue;
      if (!open) entries.push((last = open = answer(message, base, last === undefined ? base.id : id)));
      open.message.content.push(...content);
    }
  }
  const end = endOf(message, base, fork);
  if (last) Object.assign(last, end);
  else if (end.usage ?? end.inherited ?? end.error) entries.push({ ...answer(message, base, base.id), ...end });
  return entries;
}

function answer(message: JsonObject, base: Base, id: string): Message {
  const model = stringOf(message['model']);
  return {
    id,
    timestamp: base.timestamp,
    type: 'message',
    source_id: id,
    message: { role: 'assistant', content: [] },
    backend: 'openclaw',
    ...(model !== '' && { model }),
  };
}

const stops: Readonly<Record<string, StopReason>> = { stop: 'end_turn', length: 'max_tokens', error: 'error', aborted: 'cancelled' };

function endOf(message: JsonObject, { timestamp }: Base, fork: OpenclawFork | undefined): Partial<Message> {
  const usage = usageOf(objectOf(message['usage']));
  const stop = memberOf(stops, stringOf(message['stopReason']));
  const isInherited = fork !== undefined && Date.parse(timestamp) < fork.at;
  return {
    ...(usage && (isInherited ? { inherited: { from: fork.from, usage } } : { usage })),
    ...(stop && { stop_reason: stop }),
    ...(stop === 'error' && { error: stringOf(message['errorMessage']) || 'the answer failed' }),
  };
}

/** OpenClaw's counts do not overlap. Ours do: `input` holds what was cached. */
function usageOf(usage: JsonObject): MessageUsage | undefined {
  const cached = countOf(usage['cacheRead']);
  const input = countOf(usage['input']) + cached + countOf(usage['cacheWrite']);
  const output = countOf(usage['output']);
  const total = objectOf(usage['cost'])['total'];
  const cost = typeof total === 'number' && total > 0 ? total : null;
  return input + output === 0 && cost === null
    ? undefined
    : { input, output, cached, reasoning: countOf(usage['reasoning']), total: input + output, cost_usd: cost };
}

function compactEntry(event: JsonObject, base: Base): Entry {
  const kept = stringOf(event['firstKeptEntryId']);
  const tokens = event['tokensBefore'];
  return {
    ...base,
    type: 'compact',
    source_id: base.id,
    summary: stringOf(event['summary']),
    ...(kept !== '' && { first_kept: kept }),
    ...(typeof tokens === 'number' && { tokens_before: countOf(tokens) }),
  };
}

const systemEntry = (base: Base, content: ReturnType<typeof openclawContent>): Entry[] =>
  content.length === 0 ? [] : [{ ...base, type: 'message', source_id: base.id, message: { role: 'system', content } }];
