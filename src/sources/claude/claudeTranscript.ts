import type { Entry, EntryOf, ToolCall } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { textStart } from '../../model/textStart.js';
import { ClaudeBranches, type ClaudeTurn } from './claudeBranches.js';
import { ClaudeMessages } from './claudeMessages.js';
import { blocksOf, contentOf, isInterruption, wordsOf, type UserWords } from './claudePrompt.js';
import { joinBranches, type ClaudeSlot } from './claudeSlots.js';
import { toolCallOf, withResult } from './claudeTool.js';
import { costStateOf, type CostState } from './claudeUsage.js';
import { countOf, objectOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';

export interface ClaudeTranscriptOptions {
  readonly sessionId: string;
  /** The file is a sub-agent's own: its records are all marked as beside the conversation, and are not. */
  readonly isAgent: boolean;
  /** The row id of the session that a record was copied from; `undefined` for the session's own. */
  readonly copiedFrom: (record: JsonObject) => string | undefined;
  /** What the sum of costs stood at when the session began; `undefined` where that is not known. */
  readonly costBefore: CostState | undefined;
}

type Block = JsonObject;

/** Makes entries of the records of one file, taken in one by one. */
export class ClaudeTranscript {
  readonly #options: ClaudeTranscriptOptions;
  readonly #branches = new ClaudeBranches();
  readonly #messages: ClaudeMessages;
  readonly #slots: ClaudeSlot[] = [];
  readonly #seen = new Set<string>();
  readonly #calls = new Map<string, ClaudeSlot & { entry: EntryOf<'tool_call'> }>();
  /** By the uuid of each record of a sub-agent whose records stand in this file: where its note is. */
  readonly #beside = new Map<string, ClaudeSlot>();
  #boundary: JsonObject | undefined;
  #time = new Date(0).toISOString();
  #count = 0;

  constructor(options: ClaudeTranscriptOptions) {
    this.#options = options;
    this.#messages = new ClaudeMessages(options.costBefore);
  }

  push(record: JsonObject): void {
    this.#count++;
    const type = stringOf(record['type']);
    if (type === 'cost-state') {
      this.#messages.cost(costStateOf(record));
      return;
    }
    if (type !== 'user' && type !== 'assistant' && type !== 'attachment' && type !== 'system') return;
    const uuid = stringOf(record['uuid']) || `${this.#options.sessionId}:${this.#count}`;
    // Resumes and compactions write records again that are there already.
    if (this.#seen.has(uuid)) return;
    this.#seen.add(uuid);
    this.#time = timeOf(record['timestamp']) ?? this.#time;
    const words = type === 'user' ? wordsOf(record) : type === 'attachment' ? queuedWords(record) : undefined;
    if (record['isSidechain'] === true && !this.#options.isAgent) {
      this.#pushBeside(record, uuid, words);
      return;
    }
    const parent = stringOf(record['parentUuid']) || stringOf(record['logicalParentUuid']);
    const isPrompt = type === 'user' && words?.role === 'user';
    const turn = isPrompt ? this.#branches.begin(uuid, parent) : this.#branches.place(uuid, parent);
    if (type === 'assistant') this.#pushAnswer(record, uuid, turn);
    else if (type === 'system') this.#pushSystem(record);
    else this.#pushUser(record, uuid, turn, words);
  }

  entries(): readonly Entry[] {
    return joinBranches(this.#messages.settle(this.#slots), this.#branches.active());
  }

  #pushUser(record: JsonObject, uuid: string, turn: ClaudeTurn, words: UserWords | undefined): void {
    if (record['isCompactSummary'] === true) {
      this.#pushCompact(record, uuid, turn);
      return;
    }
    if (isInterruption(record)) this.#messages.interrupt();
    this.#takeResults(record, uuid, turn);
    if (words) this.#add(turn, this.#message(uuid, words.role, words.content));
  }

  #pushAnswer(record: JsonObject, uuid: string, turn: ClaudeTurn): void {
    const isFailure = record['isApiErrorMessage'] === true;
    const message = objectOf(record['message']);
    const blocks = blocksOf(message['content']);
    const slots = blocks.flatMap((block, index) => {
      const entry = this.#answerEntry(block, index === 0 ? uuid : `${uuid}:${index}`, record);
      return entry ? [this.#add(turn, entry)] : [];
    });
    this.#takeResults(record, uuid, turn);
    const model = modelOf(message);
    for (const slot of slots) {
      if (slot.entry.type !== 'message') continue;
      const error = isFailure ? { stop_reason: 'error' as const, error: textOf(slot.entry.message.content) } : {};
      slot.entry = { ...slot.entry, backend: 'claude', ...(model !== undefined && { model }), ...error };
    }
    const last = slots.at(-1) ?? this.#add(turn, this.#message(`${uuid}:usage`, 'assistant', []));
    this.#messages.take(record, last, slots, this.#options.copiedFrom(record));
  }

  #answerEntry(block: Block, id: string, record: JsonObject): Entry | undefined {
    const type = stringOf(block['type']);
    if (type === 'thinking') {
      const [text, duration] = [stringOf(block['thinking']), record['thinkingDurationMs']];
      if (text === '') return undefined;
      return { type: 'thinking', ...this.#mark(id), text, ...(typeof duration === 'number' && { duration_ms: duration }) };
    }
    if (type.endsWith('tool_use')) return { type: 'tool_call', ...this.#mark(id), call: toolCallOf(block) };
    const content = contentOf(block);
    return content && this.#message(id, 'assistant', [content]);
  }

  /** A sub-agent's work among the session's: what it did is shown, what it said is its own and only counted. */
  #pushBeside(record: JsonObject, uuid: string, words: UserWords | undefined): void {
    const turn = this.#branches.place(uuid, stringOf(record['parentUuid']));
    const known = this.#beside.get(stringOf(record['parentUuid']));
    const about = words ? textStart(textOf(words.content).split('\n')[0] ?? '', 200) : '';
    const note = known ?? this.#add(turn, this.#message(uuid, 'system', [{ type: 'text', text: `Sub-agent: ${about || 'unknown'}` }]));
    this.#beside.set(uuid, note);
    for (const [index, block] of blocksOf(objectOf(record['message'])['content']).entries()) {
      if (stringOf(block['type']).endsWith('tool_use')) {
        this.#add(turn, { type: 'tool_call', ...this.#mark(`${uuid}:${index}`), call: toolCallOf(block) });
      }
    }
    this.#takeResults(record, uuid, turn);
    if (record['type'] === 'assistant') this.#messages.take(record, note, [note], this.#options.copiedFrom(record));
  }

  #takeResults(record: JsonObject, uuid: string, turn: ClaudeTurn): void {
    for (const [index, block] of blocksOf(objectOf(record['message'])['content']).entries()) {
      if (!stringOf(block['type']).endsWith('tool_result')) continue;
      const id = stringOf(block['tool_use_id']);
      const call = this.#calls.get(id);
      if (call) call.entry = { ...call.entry, call: withResult(call.entry.call, block, record) };
      else this.#add(turn, { type: 'tool_call', ...this.#mark(`${uuid}:${index}`), call: withResult(unknownCall(id), block, record) });
    }
  }

  #pushSystem(record: JsonObject): void {
    if (record['subtype'] === 'compact_boundary') this.#boundary = record;
  }

  #pushCompact(record: JsonObject, uuid: string, turn: ClaudeTurn): void {
    const boundary = this.#boundary ?? {};
    this.#boundary = undefined;
    const about = objectOf(boundary['compactMetadata']);
    const kept = stringOf(objectOf(about['preservedSegment'])['headUuid']);
    const reason = stringOf(about['trigger']);
    this.#add(turn, {
      type: 'compact',
      ...this.#mark(uuid),
      summary: blocksOf(objectOf(record['message'])['content'])
        .map((block) => stringOf(block['text']))
        .join('\n\n'),
      ...(reason !== '' && { reason }),
      ...(this.#slots.some(({ entry }) => entry.id === kept) && { first_kept: kept }),
      ...(about['preTokens'] !== undefined && { tokens_before: countOf(about['preTokens']) }),
      ...(about['postTokens'] !== undefined && { tokens_after: countOf(about['postTokens']) }),
    });
  }

  #add(turn: ClaudeTurn, entry: Entry): ClaudeSlot {
    const slot = { turn, entry };
    this.#slots.push(slot);
    if (entry.type === 'tool_call' && entry.call.id !== '') this.#calls.set(entry.call.id, slot as ClaudeSlot & { entry: typeof entry });
    return slot;
  }

  #message(id: string, role: 'user' | 'assistant' | 'system', content: UserWords['content']): EntryOf<'message'> {
    return { type: 'message', ...this.#mark(id), message: { role, content: [...content] } };
  }

  #mark(id: string): { readonly id: string; readonly source_id: string; readonly timestamp: string } {
    return { id, source_id: id, timestamp: this.#time };
  }
}

/** What the person said while the agent was at work reaches it as an attachment. */
function queuedWords(record: JsonObject): UserWords | undefined {
  const attachment = objectOf(record['attachment']);
  if (attachment['type'] !== 'queued_command') return undefined;
  const isPersons = (attachment['commandMode'] ?? 'prompt') === 'prompt' && attachment['isMeta'] !== true;
  const words = wordsOf({ origin: attachment['origin'], message: { content: attachment['prompt'] } });
  return words && { ...words, role: isPersons ? words.role : 'system' };
}

function modelOf(message: JsonObject): string | undefined {
  const model = stringOf(message['model']);
  return model === '' || model === '<synthetic>' ? undefined : model;
}

const unknownCall = (id: string): ToolCall => ({ id, kind: 'other', title: 'A tool whose call is not in the file', status: 'completed' });
