import type { Entry } from '../../model/entry.js';
import type { MessageUsage, TokenUsage } from '../../model/usage.js';
import type { ClaudeSlot } from './claudeSlots.js';
import { addUsage, costSince, messageTokens, type CostState } from './claudeUsage.js';
import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';

interface Message {
  /** Where its usage goes: its last text, else behind the last of its blocks. */
  slot: ClaudeSlot;
  readonly model: string;
  readonly from: string | undefined;
  tokens: TokenUsage;
  cost: number | null;
  stop: string;
  isCut: boolean;
}

/** Usage and ends of the model's messages. A message stands in the file once for each of its blocks, each time with its usage. */
export class ClaudeMessages {
  readonly #messages = new Map<string, Message>();
  #last: Message | undefined;
  #lastOwn: Message | undefined;
  #spent: CostState | undefined;

  constructor(spent: CostState | undefined) {
    this.#spent = spent;
  }

  /** An `assistant` record: `slots` are the entries made of it, `last` the one to count it at where none of them is a text. */
  take(record: JsonObject, last: ClaudeSlot, slots: readonly ClaudeSlot[], from: string | undefined): void {
    const data = objectOf(record['message']);
    const id = stringOf(data['id']);
    const key =
      id === '' ? stringOf(record['uuid']) || last.entry.id : `${id} ${stringOf(record['requestId']) || stringOf(record['requestRef'])}`;
    const slot = slots.findLast(({ entry }) => entry.type === 'message') ?? last;
    const tokens = messageTokens(objectOf(data['usage']));
    const price = record['costUSD'];
    const known = this.#messages.get(key);
    const message: Message = known ?? {
      slot,
      model: stringOf(data['model']),
      from,
      tokens,
      cost: null,
      stop: '',
      isCut: false,
    };
    if (known) {
      if (slot.entry.type === 'message' || known.slot.entry.type !== 'message') known.slot = slot;
      // The later block knows how much there was in the end.
      if (tokens.total >= known.tokens.total) known.tokens = tokens;
    } else this.#messages.set(key, message);
    if (typeof price === 'number' && price >= 0) message.cost = Math.max(message.cost ?? 0, price);
    message.stop = stringOf(data['stop_reason']) || message.stop;
    message.isCut ||= record['isAbortedMidStream'] === true;
    this.#last = message;
    if (from === undefined && message.model !== '<synthetic>') this.#lastOwn = message;
  }

  interrupt(): void {
    if (this.#last) this.#last.isCut = true;
  }

  /** What the session cost in all so far: the difference belongs to what was answered since. */
  cost(state: CostState): void {
    const before = this.#spent;
    const message = this.#lastOwn;
    if (before && !message) return;
    this.#spent = state;
    if (!before || !message || state.usd === null) return;
    // A process that did not know of the sum so far counts from nothing.
    const isFresh = before.usd !== null && state.usd < before.usd && state.began !== before.began;
    const spent = isFresh ? state.usd : costSince(before, state).usd;
    if (spent !== null && spent > 0) message.cost = (message.cost ?? 0) + spent;
  }

  /** The slots with usage and stop reasons in their entries; a message without a text gets an empty one behind its blocks. */
  settle(slots: readonly ClaudeSlot[]): readonly ClaudeSlot[] {
    const behind = new Map<ClaudeSlot, ClaudeSlot>();
    for (const message of this.#messages.values()) {
      const { slot } = message;
      if (slot.entry.type !== 'message' && (message.tokens.total > 0 || message.cost !== null)) {
        message.slot = { turn: slot.turn, entry: emptyMessage(slot.entry, message.model) };
        behind.set(slot, message.slot);
      }
      message.slot.entry = ended(counted(message.slot.entry, message), message);
    }
    return slots.flatMap((slot) => {
      const more = behind.get(slot);
      return more ? [slot, more] : isNothing(slot.entry) ? [] : [slot];
    });
  }
}

function emptyMessage({ id, timestamp }: Entry, model: string): Entry {
  const mark = { id: `${id}:usage`, source_id: `${id}:usage`, timestamp };
  const message = { role: 'assistant' as const, content: [] };
  return { type: 'message', ...mark, message, backend: 'claude', ...(model !== '' && { model }) };
}

const isNothing = (entry: Entry): boolean =>
  entry.type === 'message' && entry.message.content.length === 0 && !entry.usage && !entry.inherited;

function counted(entry: Entry, { tokens, cost, from }: Message): Entry {
  if (entry.type !== 'message' || (tokens.total === 0 && cost === null)) return entry;
  const usage: MessageUsage = { ...tokens, ...(cost !== null && { cost_usd: cost }) };
  return from === undefined ? { ...entry, usage: addUsage(entry.usage, usage) } : { ...entry, inherited: { from, usage } };
}

function ended(entry: Entry, { stop, isCut }: Message): Entry {
  if (entry.type !== 'message' || entry.message.role !== 'assistant' || entry.stop_reason !== undefined) return entry;
  if (isCut) return { ...entry, stop_reason: 'cancelled' };
  if (stop === 'max_tokens' || stop === 'refusal' || stop === 'end_turn') return { ...entry, stop_reason: stop };
  return stop === 'stop_sequence' ? { ...entry, stop_reason: 'end_turn' } : entry;
}
