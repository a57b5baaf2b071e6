import * as z from 'zod';
import type { ToolCall } from '../model/entry.js';
import { planStep } from '../model/planStep.js';
import { noTokens } from '../model/usage.js';
import type { AgentUpdate } from './agent.js';
import { acpToolCallSchema, mergeToolCall, type AcpToolCall } from './acpToolCall.js';

const chunkSchema = z.looseObject({
  content: z.looseObject({ type: z.string(), text: z.string().optional(), uri: z.string().optional() }),
  messageId: z.string().nullish(),
});
const planSchema = z.looseObject({ entries: z.array(z.looseObject({ content: z.string(), status: z.string() })) });
const usageSchema = z.looseObject({
  used: z.number(),
  size: z.number(),
  cost: z.looseObject({ amount: z.number(), currency: z.string() }).nullish().catch(undefined),
  // claude-agent-acp's own: the protocol has no place for the model that answered.
  _meta: z.looseObject({ '_claude/model': z.string().optional() }).nullish().catch(undefined),
});
const titleSchema = z.looseObject({ title: z.string().nullish() });
const noticeSchema = z.looseObject({ severity: z.string(), title: z.string(), description: z.string().nullish() });

/** Makes AgentUpdates of one turn's `session/update`s. It remembers tool calls, because an agent sends only what changed. */
export class AcpUpdates {
  readonly #calls = new Map<string, ToolCall>();
  readonly #refused = new Map<string, 'denied' | 'cancelled'>();
  #thinks = false;
  /** What the agent says the session has cost so far, in US dollars: all of its turns. */
  sessionCost: number | undefined;
  /** The model that answered, where the agent says so. */
  model: string | undefined;

  /** @param baseCost what the session had cost before this turn; undefined when that is not known. */
  constructor(private readonly baseCost: number | undefined) {}

  /** The update, `undefined` for a kind that we do not show. Throws a ZodError for one that does not parse. */
  map(update: Readonly<Record<string, unknown>>): AgentUpdate | undefined {
    switch (update['sessionUpdate']) {
      case 'agent_message_chunk':
        return this.#chunk('text', update);
      case 'agent_thought_chunk':
        return this.#chunk('thinking', update);
      case 'tool_call':
      case 'tool_call_update':
        return { kind: 'tool', call: this.call(acpToolCallSchema.parse(update)) };
      case 'plan': {
        const { entries } = planSchema.parse(update);
        return {
          kind: 'plan',
          id: 'plan',
          steps: entries.map(({ content, status }) => planStep(content, status)),
        };
      }
      case 'usage_update': {
        const { used, size, cost, _meta } = usageSchema.parse(update);
        this.model = _meta?.['_claude/model'] ?? this.model;
        if (cost?.currency === 'USD') this.sessionCost = cost.amount;
        const usage = { ...noTokens, cost_usd: this.turnCost };
        return { kind: 'usage', usage, context_used: Math.round(used), context_size: Math.round(size) };
      }
      case 'session_info_update': {
        const { title } = titleSchema.parse(update);
        return title ? { kind: 'title', title } : undefined;
      }
      case 'notice': {
        const { severity, title, description } = noticeSchema.parse(update);
        return { kind: 'notice', level: severity === 'info' ? 'info' : 'warning', text: description ? `${title}: ${description}` : title };
      }
      default:
        return undefined;
    }
  }

  /** What this turn cost, in US dollars; `null` while unknown. */
  get turnCost(): number | null {
    if (this.sessionCost === undefined || this.baseCost === undefined) return null;
    // An agent that starts its count again reports less than before.
    return this.sessionCost >= this.baseCost ? this.sessionCost - this.baseCost : this.sessionCost;
  }

  /** Whether a tool runs, as far as the agent tells. */
  get working(): boolean {
    return [...this.#calls.values()].some(({ status }) => status === 'running');
  }

  /** Remembers what changed of a call and returns all of it. */
  call(change: AcpToolCall): ToolCall {
    const merged = mergeToolCall(this.#calls.get(change.toolCallId), change);
    const refused = this.#refused.get(merged.id);
    const call: ToolCall = merged.status === 'failed' && refused ? { ...merged, status: refused } : merged;
    this.#calls.set(call.id, call);
    return call;
  }

  /**
   * Ends the call as one that the person refused, or that the end of the turn left unanswered, which a failure of it is from now
   * on. Returns all of it.
   */
  refuse(call: ToolCall, as: 'denied' | 'cancelled'): ToolCall {
    this.#refused.set(call.id, as);
    const refused: ToolCall = { ...(this.#calls.get(call.id) ?? call), status: as };
    this.#calls.set(call.id, refused);
    return refused;
  }

  /** The calls that are not done, each with the status that the turn's end gives it. */
  unfinished(status: 'cancelled' | 'failed'): ToolCall[] {
    const open = [...this.#calls.values()].filter((call) => call.status === 'pending' || call.status === 'running');
    return open.map((call) => ({ ...call, status: this.#refused.get(call.id) ?? status }));
  }

  #chunk(kind: 'text' | 'thinking', update: unknown): AgentUpdate {
    const { content, messageId } = chunkSchema.parse(update);
    const text = content.text ?? (content.uri === undefined ? `[${content.type}]` : `<${content.uri}>`);
    // codex-acp parts its thoughts with empty lines, the first from nothing.
    const delta = kind === 'thinking' && !this.#thinks ? text.trimStart() : text;
    this.#thinks = kind === 'thinking';
    return { kind, delta, ...(messageId && { source_id: messageId }) };
  }
}
