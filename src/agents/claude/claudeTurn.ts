import { randomUUID } from 'node:crypto';
import type { StopReason } from '../../model/entry.js';
import type { Logger } from '../../model/logger.js';
import { noTokens } from '../../model/usage.js';
import { saidError } from '../acpFailure.js';
import type { TurnHooks, TurnResult } from '../agent.js';
import { askPerson } from '../askedPerson.js';
import { TurnWords } from '../turnWords.js';
import { resultLineSchema, toolQuestionSchema, type ResultLine } from './claudeLines.js';
import type { ClaudeLine } from './claudeLink.js';
import { claudeGivenTool } from './claudeGivenTool.js';
import { claudeAnswer, claudeOptions } from './claudePermission.js';
import { ClaudeUpdates } from './claudeUpdates.js';
import { claudeUsage } from './claudeUsage.js';

export interface ClaudeTurnOptions {
  readonly title: string;
  readonly hooks: TurnHooks;
  readonly logger: Logger;
  /** What the session had cost before, in US dollars; `undefined` when that is not known. */
  readonly baseCost: number | undefined;
  readonly contextSize: number | undefined;
}

/** A turn under way: hands on what the program sends, in its order, asks the person, and tells how it ended. */
export class ClaudeTurn {
  /** The prompt's id at the program, by which its result is known. */
  readonly promptId = randomUUID();
  readonly result: Promise<ResultLine>;
  /** Called at each sign of life. */
  onHeard: () => void = () => undefined;
  readonly #options: ClaudeTurnOptions;
  readonly #updates: ClaudeUpdates;
  readonly #words = new TurnWords();
  #finish: (line: ResultLine) => void = () => undefined;
  #asked = 0;
  #waiting = 0;
  #contextSize: number | undefined;
  #cost: number | undefined;

  constructor(options: ClaudeTurnOptions) {
    this.#options = options;
    this.#updates = new ClaudeUpdates(options.contextSize);
    this.#contextSize = options.contextSize;
    this.result = new Promise((resolve) => (this.#finish = resolve));
  }

  get model(): string | undefined {
    return this.#updates.model;
  }

  /** What the session has cost by now, where the program told. */
  get sessionCost(): number | undefined {
    return this.#cost;
  }

  /** The model's context in tokens, where the program told. */
  get contextSize(): number | undefined {
    return this.#contextSize;
  }

  /** Whether there is a reason for silence: a question to the person, or a tool that runs. */
  get waits(): boolean {
    return this.#waiting > 0 || this.#updates.working;
  }

  /** Whether the program said more than is taken; the rest is left out. */
  get full(): boolean {
    return this.#words.full;
  }

  line(line: ClaudeLine): void {
    this.onHeard();
    if (line['type'] !== 'result') {
      for (const update of this.#updates.map(line)) if (this.#words.take(update)) this.#options.hooks.update(update);
      return;
    }
    const result = resultLineSchema.parse(line);
    const answers = [...(result.user_message_uuids ?? []), ...(result.user_message_uuid === undefined ? [] : [result.user_message_uuid])];
    // The program also takes turns of its own, when work in the background ends.
    if (answers.length > 0 && !answers.includes(this.promptId)) return;
    this.#count(result);
    this.#finish(result);
  }

  notice(text: string): void {
    this.#options.hooks.update({ kind: 'notice', level: 'warning', text });
  }

  title(title: string): void {
    this.#options.hooks.update({ kind: 'title', title });
  }

  /** Shows the call and asks. Resolves to the answer for the program. */
  async permission(asked: unknown, withdrawn: AbortSignal): Promise<object> {
    const { hooks, logger } = this.#options;
    const question = toolQuestionSchema.parse(asked);
    const call = this.#updates.asked(question.tool_use_id, question.tool_name, question.input);
    hooks.update({ kind: 'tool', call });
    this.#asked += 1;
    this.#waiting += 1;
    const mcp = claudeGivenTool(question.tool_name, question.mcp_server);
    const request = { id: `${call.id}:${this.#asked}`, title: call.title, call, options: [...claudeOptions], ...(mcp && { mcp }) };
    const chosen = await askPerson(hooks, logger, request, withdrawn);
    this.#waiting -= 1;
    this.onHeard();
    const option = claudeOptions.find(({ id }) => id === chosen);
    if (option?.kind === 'allow_once') for (const update of this.#updates.allow(call.id)) hooks.update(update);
    else this.#updates.refuse(call.id, hooks.signal.aborted ? 'cancelled' : 'denied');
    return claudeAnswer(question, option);
  }

  /** How the turn ended. Throws `agent_failed` where the model or the program failed. */
  end(result: ResultLine): TurnResult {
    const { title } = this.#options;
    const stop_reason = stopReasonOf(result);
    if (result.is_error && stop_reason === 'end_turn') {
      const words = result.result || (result.errors ?? []).join('; ');
      throw saidError(title, words || 'it did not say which');
    }
    const usage = result.usage ? claudeUsage(result.usage, this.#turnCost()) : undefined;
    return { stop_reason, usage, model: this.model };
  }

  /** Ends the calls that the turn leaves open. */
  close(status: 'cancelled' | 'failed'): void {
    for (const call of this.#updates.unfinished(status)) this.#options.hooks.update({ kind: 'tool', call });
  }

  #count({ total_cost_usd: cost, modelUsage }: ResultLine): void {
    this.#cost = cost;
    this.#contextSize = modelUsage?.[this.model ?? '']?.contextWindow ?? this.#contextSize;
    const { contextUsed } = this.#updates;
    if (contextUsed === undefined || this.#contextSize === undefined) return;
    const usage = { ...noTokens, cost_usd: this.#turnCost() };
    this.#options.hooks.update({ kind: 'usage', usage, context_used: contextUsed, context_size: this.#contextSize });
  }

  /** The program tells what the session has cost in all. One that starts its count again tells less than before. */
  #turnCost(): number | null {
    const { baseCost } = this.#options;
    if (this.#cost === undefined || baseCost === undefined) return null;
    return this.#cost >= baseCost ? this.#cost - baseCost : this.#cost;
  }
}

function stopReasonOf({ subtype, stop_reason: reason }: ResultLine): StopReason {
  if (subtype === 'error_max_turns') return 'max_turn_requests';
  return reason === 'max_tokens' || reason === 'refusal' ? reason : 'end_turn';
}
