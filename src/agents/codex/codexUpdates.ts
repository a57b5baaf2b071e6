import type { ToolCall } from '../../model/entry.js';
import { planStep } from '../../model/planStep.js';
import { noTokens, type MessageUsage } from '../../model/usage.js';
import type { AgentUpdate } from '../agent.js';
import { codexCall, withOutput } from './codexItem.js';
import { codexEvents, type CodexItem, type CodexTokens } from './codexMessages.js';

/** Makes AgentUpdates of one turn's notifications. */
export class CodexUpdates {
  readonly #calls = new Map<string, ToolCall>();
  readonly #denied = new Set<string>();
  /** Characters of each item that have streamed. */
  readonly #streamed = new Map<string, number>();
  #total: CodexTokens | undefined;
  #usage: MessageUsage | undefined;
  /** The model that answers, where it is another than was asked. */
  model: string | undefined;

  /** What the turn has used; `undefined` while nothing was told. */
  get usage(): MessageUsage | undefined {
    return this.#usage;
  }

  /** The updates of a notification; none for a kind that we do not show. Throws a ZodError for one that does not parse. */
  map(method: string, params: unknown): readonly AgentUpdate[] {
    switch (method) {
      case 'item/agentMessage/delta':
        return [this.#delta('text', codexEvents[method].parse(params))];
      case 'item/reasoning/summaryTextDelta':
      case 'item/reasoning/textDelta':
        return [this.#delta('thinking', codexEvents[method].parse(params))];
      case 'item/reasoning/summaryPartAdded': {
        const { itemId, summaryIndex } = codexEvents[method].parse(params);
        return summaryIndex === 0 ? [] : [this.#delta('thinking', { itemId, delta: '\n\n' })];
      }
      case 'item/commandExecution/outputDelta': {
        const { itemId, delta } = codexEvents[method].parse(params);
        const call = this.#calls.get(itemId);
        return call ? [this.#tool(withOutput(call, delta))] : [];
      }
      case 'item/started':
      case 'item/completed':
        return this.#item(codexEvents[method].parse(params).item, method === 'item/completed');
      case 'turn/plan/updated': {
        const { plan } = codexEvents[method].parse(params);
        return [{ kind: 'plan', id: 'plan', steps: plan.map(({ step, status }) => planStep(step, status)) }];
      }
      case 'thread/tokenUsage/updated': {
        const { tokenUsage } = codexEvents[method].parse(params);
        return this.#tokens(tokenUsage);
      }
      case 'model/rerouted':
        this.model = codexEvents[method].parse(params).toModel;
        return [];
      case 'error': {
        const { error, willRetry } = codexEvents[method].parse(params);
        // The last one ends the turn and is told by its end.
        return willRetry ? [{ kind: 'notice', level: 'warning', text: error.message }] : [];
      }
      default:
        return [];
    }
  }

  /** The call that a question is about; one that was not announced is made of the question. */
  asked(id: string, title: string): ToolCall {
    const call = this.#calls.get(id) ?? { id, kind: 'other', title, status: 'pending' };
    this.#calls.set(id, call);
    return call;
  }

  /** From now on a failure of this call is the person's refusal. */
  deny(id: string): void {
    this.#denied.add(id);
  }

  /** The calls that are not done, each with the status that the turn's end gives it. */
  unfinished(status: 'cancelled' | 'failed'): ToolCall[] {
    const open = [...this.#calls.values()].filter((call) => call.status === 'pending' || call.status === 'running');
    return open.map((call) => ({ ...call, status: this.#denied.has(call.id) ? 'denied' : status }));
  }

  #delta(kind: 'text' | 'thinking', { itemId, delta }: { readonly itemId: string; readonly delta: string }): AgentUpdate {
    this.#streamed.set(itemId, (this.#streamed.get(itemId) ?? 0) + delta.length);
    return { kind, delta, source_id: itemId };
  }

  #item(item: CodexItem, done: boolean): readonly AgentUpdate[] {
    if (item.type === 'contextCompaction')
      return done ? [{ kind: 'notice', level: 'info', text: 'Codex summed up the conversation to make room' }] : [];
    if (item.type === 'agentMessage' || item.type === 'plan') {
      const rest = done && typeof item['text'] === 'string' ? item['text'].slice(this.#streamed.get(item.id) ?? 0) : '';
      return rest === '' ? [] : [this.#delta('text', { itemId: item.id, delta: rest })];
    }
    const call = codexCall(item);
    if (!call) return [];
    const before = this.#calls.get(item.id);
    const output = call.output ?? before?.output;
    return [this.#tool({ ...before, ...call, ...(output !== undefined && { output }) })];
  }

  #tool(call: ToolCall): AgentUpdate {
    const told: ToolCall = call.status === 'failed' && this.#denied.has(call.id) ? { ...call, status: 'denied' } : call;
    this.#calls.set(call.id, told);
    return { kind: 'tool', call: told };
  }

  /** Each request to the model is told once or more, with what it used and what the thread has used by then. */
  #tokens({ total, last, modelContextWindow }: TokenUsage): readonly AgentUpdate[] {
    if (this.#total?.totalTokens === total.totalTokens) return [];
    this.#total = total;
    this.#usage = sum(this.#usage ?? { ...noTokens, cost_usd: null }, last);
    const used = { context_used: last.totalTokens, ...(typeof modelContextWindow === 'number' && { context_size: modelContextWindow }) };
    return [{ kind: 'usage', usage: this.#usage, ...used }];
  }
}

interface TokenUsage {
  readonly total: CodexTokens;
  readonly last: CodexTokens;
  readonly modelContextWindow?: number | null | undefined;
}

function sum(usage: MessageUsage, tokens: CodexTokens): MessageUsage {
  return {
    input: usage.input + tokens.inputTokens,
    output: usage.output + tokens.outputTokens,
    cached: usage.cached + tokens.cachedInputTokens,
    reasoning: usage.reasoning + tokens.reasoningOutputTokens,
    total: usage.total + tokens.totalTokens,
    cost_usd: null,
  };
}
