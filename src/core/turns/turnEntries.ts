import type { AgentUpdate, TurnResult } from '../../agents/agent.js';
import type { Entry, EntryOf, StopReason, ToolCall } from '../../model/entry.js';
import type { TurnUpdate } from '../../model/turn.js';
import { noTokens, type MessageUsage } from '../../model/usage.js';

type Stream = {
  readonly kind: 'text' | 'thinking';
  readonly id: string;
  readonly source_id: string | undefined;
  readonly started: number;
  text: string;
};
type Plan = EntryOf<'plan'>;

export interface TurnEntriesOptions {
  readonly newId: () => string;
  readonly now: () => number;
  readonly backend: string;
}

export interface TurnEnd {
  readonly stop_reason: StopReason;
  readonly model?: string | undefined;
  readonly usage?: MessageUsage | undefined;
  readonly error?: string | undefined;
}

/**
 * Makes entries of what streams out of one turn: each is complete when the next piece begins, a tool call when it is done and
 * something else follows (agents add to a call after its end), the plan at the end of the turn.
 */
export class TurnEntries {
  readonly #options: TurnEntriesOptions;
  #stream: Stream | undefined;
  /** Calls that are not entries yet, in the order in which they began. */
  readonly #calls = new Map<string, { readonly id: string; call: ToolCall }>();
  #plan: Plan | undefined;
  #usage: TurnUpdateOf<'usage'> | undefined;
  /** The model that answers, as far as the agent tells: every message says which one wrote it. */
  model: string | undefined;

  constructor(options: TurnEntriesOptions) {
    this.#options = options;
  }

  /** Takes in an update: what listeners are told, and the entries that it completed. */
  push(update: AgentUpdate): { readonly told: TurnUpdate; readonly complete: readonly Entry[] } {
    switch (update.kind) {
      case 'text':
      case 'thinking':
        return this.#stretch(update);
      case 'tool':
        return this.#tool(update.call);
      case 'plan': {
        const complete = this.#settle();
        this.#plan = { type: 'plan', ...this.#mark(this.#plan?.id), steps: update.steps };
        return { told: { kind: 'plan', id: this.#plan.id, steps: update.steps }, complete };
      }
      case 'usage':
        this.#usage = update;
        return { told: update, complete: [] };
      case 'title':
      case 'notice':
        return { told: update, complete: [] };
    }
  }

  /** Ends the turn: everything open is complete, and the last message says how it ended. */
  end(end: TurnEnd): readonly Entry[] {
    const last = this.#stream?.kind === 'text' ? this.#stream : undefined;
    if (last) this.#stream = undefined;
    const open = this.#settle({ all: end.stop_reason === 'error' ? 'failed' : 'cancelled' });
    const plan = this.#plan ? [this.#plan] : [];
    this.#plan = undefined;
    return [...open, ...plan, this.#message(last, end)];
  }

  /** What is not an entry yet, as entries: kept for a crash. */
  partial(): readonly Entry[] {
    const calls = [...this.#calls.values()].map(({ id, call }): Entry => ({ type: 'tool_call', ...this.#mark(id), call }));
    return [...calls, ...(this.#plan ? [this.#plan] : []), ...(this.#stream ? [this.#entryOf(this.#stream)] : [])];
  }

  /** What is not an entry yet, as updates: what a panel that opens now has missed. */
  live(): readonly TurnUpdate[] {
    const stream = this.#stream;
    return [
      ...[...this.#calls.values()].map(({ call }): TurnUpdate => ({ kind: 'tool', call })),
      ...(this.#plan ? [{ kind: 'plan' as const, id: this.#plan.id, steps: this.#plan.steps }] : []),
      ...(stream ? [{ kind: stream.kind, id: stream.id, delta: stream.text }] : []),
      ...(this.#usage ? [this.#usage] : []),
    ];
  }

  #stretch({ kind, delta, source_id }: Extract<AgentUpdate, { kind: 'text' | 'thinking' }>) {
    const open = this.#stream;
    const goesOn = open?.kind === kind && (source_id === undefined || open.source_id === source_id);
    const complete = goesOn ? [] : this.#settle();
    const stream = goesOn ? open : { kind, id: this.#options.newId(), source_id, started: this.#options.now(), text: '' };
    stream.text += delta;
    this.#stream = stream;
    return { told: { kind, id: stream.id, delta }, complete };
  }

  #tool(call: ToolCall) {
    const complete = this.#settle({ but: call.id });
    const known = this.#calls.get(call.id);
    if (known) known.call = call;
    else this.#calls.set(call.id, { id: this.#options.newId(), call });
    return { told: { kind: 'tool' as const, call }, complete };
  }

  /** Completes the open text and the calls that are done; `all` also those that are not, with that status. */
  #settle({ but, all }: { readonly but?: string; readonly all?: 'failed' | 'cancelled' } = {}): readonly Entry[] {
    const entries: Entry[] = [];
    if (this.#stream) entries.push(this.#entryOf(this.#stream));
    this.#stream = undefined;
    for (const [key, { id, call }] of this.#calls) {
      const isOpen = call.status === 'pending' || call.status === 'running';
      if (key === but || (isOpen && all === undefined)) continue;
      entries.push({ type: 'tool_call', ...this.#mark(id), call: isOpen && all ? { ...call, status: all } : call });
      this.#calls.delete(key);
    }
    return entries;
  }

  #entryOf(stream: Stream): Entry {
    const { kind, id, text, started } = stream;
    if (kind === 'thinking') return { type: 'thinking', ...this.#mark(id), text, duration_ms: this.#options.now() - started };
    return this.#textEntry(stream);
  }

  #textEntry(stream: Stream | undefined): EntryOf<'message'> {
    const content = stream ? [{ type: 'text' as const, text: stream.text }] : [];
    return {
      type: 'message',
      ...this.#mark(stream?.id),
      ...(stream?.source_id === undefined ? {} : { source_id: stream.source_id }),
      message: { role: 'assistant', content },
      backend: this.#options.backend,
      ...(this.model === undefined ? {} : { model: this.model }),
    };
  }

  #message(stream: Stream | undefined, { stop_reason, model, usage, error }: TurnEnd): Entry {
    return {
      ...this.#textEntry(stream),
      ...(model === undefined ? {} : { model }),
      ...(usage === undefined ? {} : { usage }),
      stop_reason,
      ...(error === undefined ? {} : { error }),
    };
  }

  get context(): { readonly used: number; readonly size?: number } | undefined {
    const { context_used: used, context_size: size } = this.#usage ?? {};
    return used === undefined ? undefined : { used, ...(size === undefined ? {} : { size }) };
  }

  /** The turn's usage: what the agent said at the end, with the cost that it told on the way. */
  usageOf(result: TurnResult | undefined): MessageUsage | undefined {
    const told = this.#usage?.usage;
    const counted = result?.usage ?? (told && told.total > 0 ? told : undefined);
    const cost = counted?.cost_usd ?? told?.cost_usd;
    if (!counted && (cost === undefined || cost === null)) return undefined;
    return { ...(counted ?? noTokens), cost_usd: cost ?? null };
  }

  #mark(id = this.#options.newId()): { id: string; timestamp: string } {
    return { id, timestamp: new Date(this.#options.now()).toISOString() };
  }
}

type TurnUpdateOf<K extends TurnUpdate['kind']> = Extract<TurnUpdate, { kind: K }>;
