import { createHash } from 'node:crypto';
import type { Entry, EntryOf, ToolCall } from '../../model/entry.js';
import type { MessageUsage } from '../../model/usage.js';
import { arrayOf, countOf, objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';
import { isPersonsMessage, messageContent, messageText } from './openclackyMessage.js';
import { openclackyCall, withResult } from './openclackyTool.js';

export interface OpenclackyTranscript {
  readonly ownId: string;
  /** ISO 8601, UTC: what came before anything with a time of its own is dated by it. */
  readonly created: string;
  readonly model: string;
  /** Oldest first, those moved to chunks too. */
  readonly messages: readonly JsonObject[];
  /** What the last turn failed of; empty where it did not. */
  readonly error: string;
}

/** A session's messages as entries: a call and its result are one, and what the program told the model is left out. */
export function openclackyEntries(transcript: OpenclackyTranscript): readonly Entry[] {
  const builder = new EntryBuilder(transcript);
  for (const message of transcript.messages) builder.add(message);
  return builder.finish(transcript.error);
}

class EntryBuilder {
  readonly #ownId: string;
  readonly #model: string;
  readonly #entries: Entry[] = [];
  readonly #seen = new Map<string, number>();
  /** Calls without a result yet, oldest first: the place of their entry, and their own id where they have one. */
  #open: { readonly at: number; readonly callId: string }[] = [];
  #time: string;

  constructor({ ownId, created, model }: OpenclackyTranscript) {
    this.#ownId = ownId;
    this.#model = model;
    this.#time = created;
  }

  add(message: JsonObject): void {
    this.#time = timeOf(message['created_at']) ?? this.#time;
    if (message['compressed_summary'] === true) this.#addCompaction(message);
    else if (message['role'] === 'user') this.#addUser(message);
    else if (message['role'] === 'assistant') this.#addAssistant(message);
    else if (message['role'] === 'tool') this.#addResult(stringOf(message['tool_call_id']), message['content']);
  }

  finish(error: string): readonly Entry[] {
    this.#cancelOpen();
    if (error !== '') {
      this.#addMessage('assistant', [], { id: this.#id('error', error), stop_reason: 'error', error });
    }
    return this.#entries;
  }

  #addUser(message: JsonObject): void {
    for (const block of arrayOf(message['content']).map(objectOf)) {
      if (block['type'] === 'tool_result') this.#addResult(stringOf(block['tool_use_id']), block['content']);
    }
    if (!isPersonsMessage(message)) return;
    this.#cancelOpen();
    this.#addMessage('user', messageContent(message), { id: this.#id('user', messageText(message)) });
  }

  #addAssistant(message: JsonObject): void {
    const thought = stringOf(message['reasoning_content']);
    if (thought.trim() !== '') {
      this.#entries.push({ type: 'thinking', id: this.#id('thinking', thought), timestamp: this.#time, text: thought });
    }
    const content = messageContent(message);
    const calls = [
      ...arrayOf(message['tool_calls']).map(objectOf),
      ...arrayOf(message['content'])
        .map(objectOf)
        .filter((block) => block['type'] === 'tool_use')
        .map((block) => ({ id: block['id'], name: block['name'], arguments: block['input'] })),
    ];
    const usage = usageOf(objectOf(message['token_usage']));
    if (content.length > 0 || usage) {
      // Without words it is known by its first call, which has an id of its own.
      const text = messageText(message) || `calls ${stringOf(calls[0]?.['id'])}`;
      this.#addMessage('assistant', content, { id: this.#id('assistant', text), ...(usage ? { usage } : {}) });
    }
    for (const call of calls) this.#addCall(call);
  }

  #addCall(call: JsonObject): void {
    const callId = stringOf(call['id']);
    const made = openclackyCall(callId, call);
    // Counted by tool, not by the call's own id: a chunk does not keep that, and the entry is to stay the same in it.
    const id = this.#id('tool', String(made['tool']));
    this.#open.push({ at: this.#entries.length, callId });
    this.#entries.push({ type: 'tool_call', id, timestamp: this.#time, call: { ...made, id: callId || id } });
  }

  #addResult(callId: string, content: unknown): void {
    const found = this.#open.findIndex((open) => callId === '' || open.callId === callId);
    const [open] = found === -1 ? [] : this.#open.splice(found, 1);
    if (open) this.#change(open.at, (call) => withResult(call, outputOf(content)));
  }

  #change(at: number, change: (call: ToolCall) => ToolCall): void {
    const entry = this.#entries[at];
    if (entry?.type === 'tool_call') this.#entries[at] = { ...entry, call: change(entry.call) };
  }

  #addCompaction(message: JsonObject): void {
    const summary = messageText(message)
      .replace(/<(topics|continues_previous)>.*?<\/\1>/gs, '')
      .replace(/<\/?summary>/g, '')
      .trim();
    this.#entries.push({ type: 'compact', id: this.#id('compact', summary), timestamp: this.#time, summary });
  }

  #addMessage(
    role: 'user' | 'assistant',
    content: EntryOf<'message'>['message']['content'],
    rest: Partial<EntryOf<'message'>> & { readonly id: string },
  ): void {
    const from = role === 'user' ? {} : { backend: 'openclacky', ...(this.#model === '' ? {} : { model: this.#model }) };
    this.#entries.push({ type: 'message', timestamp: this.#time, message: { role, content }, ...from, ...rest });
  }

  /** A call that was not answered before the next prompt never will be. */
  #cancelOpen(): void {
    for (const { at } of this.#open) this.#change(at, (call) => ({ ...call, status: 'cancelled' }));
    this.#open = [];
  }

  /** openclacky numbers nothing: an entry is known by what it says, and by how often that was said before. */
  #id(kind: string, text: string): string {
    const hash = createHash('sha1').update(`${kind}\n${text.trim()}`).digest('hex').slice(0, 12);
    const count = (this.#seen.get(hash) ?? 0) + 1;
    this.#seen.set(hash, count);
    return `${this.#ownId}-${hash}${count === 1 ? '' : `-${count}`}`;
  }
}

function outputOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = arrayOf(content).map((block) => stringOf(objectOf(block)['text']));
  return texts.some(Boolean) ? texts.join('\n') : JSON.stringify(content ?? '');
}

function usageOf(usage: JsonObject): MessageUsage | undefined {
  const input = countOf(usage['prompt_tokens']);
  const output = countOf(usage['completion_tokens']);
  const cost = usage['cost'];
  const total = countOf(usage['total_tokens']) || input + output;
  if (total === 0 && typeof cost !== 'number') return undefined;
  return { input, output, cached: countOf(usage['cache_read']), reasoning: 0, total, cost_usd: typeof cost === 'number' ? cost : null };
}
