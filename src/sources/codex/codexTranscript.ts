import type { ContentBlock, Entry, EntryOf, StopReason, ToolCall } from '../../model/entry.js';
import { textOf } from '../../model/contentText.js';
import { noTokens } from '../../model/usage.js';
import { CodexAnswers } from './codexAnswers.js';
import type { CodexStep } from './codexHistory.js';
import { contentOf, saidBy } from './codexMessage.js';
import { changeDiffs } from './codexPatch.js';
import { idIn, recordTime, textIn, textsOf, turnErrorOf, type CodexRecord } from './codexRecord.js';
import { codexCall, codexOutcome, planSteps } from './codexTool.js';
import { CodexUsage } from './codexUsage.js';
import { objectOf } from '../jsonValue.js';

type Payload = CodexRecord['payload'];
type Message = EntryOf<'message'>;

/**
 * A rollout's records as entries. Everything said stands in it twice, as an item of the model's and as an event for the
 * screen: the items are taken, as every version has them, and of the events those that tell more.
 */
export class CodexTranscript {
  readonly #entries: Entry[] = [];
  /** How often an id was there: a rollout may repeat one. */
  readonly #ids = new Map<string, number>();
  readonly #usage = new CodexUsage();
  readonly #calls = new Map<string, ToolCall>();
  /** The place of each turn's prompt in the entries. */
  readonly #turns: number[] = [];
  readonly #answers = new CodexAnswers();
  #lastAnswer: Message | undefined;
  #error: string | undefined;
  #model: string | undefined;
  #step: CodexStep = { place: '' };
  #timestamp = new Date(0).toISOString();

  add(step: CodexStep): void {
    if (step.from !== this.#step.from) this.#flush();
    this.#step = step;
    const { record } = step;
    if (record === undefined) {
      if (step.problem !== undefined) this.#message('system', [{ type: 'text', text: step.problem }]);
      return;
    }
    this.#timestamp = recordTime(record.timestamp) ?? this.#timestamp;
    const used = this.#usage.next(record);
    if (used) this.#answers.used(used);
    else this.#record(record);
  }

  /** All entries. A call without its output is one that runs, or that was cut off. */
  end(): readonly Entry[] {
    if (this.#error !== undefined) this.#endTurn('error', this.#error);
    this.#flush();
    return this.#entries;
  }

  #record({ kind, payload }: CodexRecord): void {
    switch (kind) {
      case 'session_meta': {
        this.#model ??= textIn(payload['model']);
        if (this.#entries.length === 0) this.#timestamp = recordTime(payload['timestamp']) ?? this.#timestamp;
        break;
      }
      case 'turn_context':
        this.#model = textIn(payload['model']) ?? this.#model;
        break;
      case 'response_item':
        this.#item(payload);
        break;
      case 'event_msg':
        this.#event(payload);
        break;
      case 'compacted':
        this.#compact(payload);
        break;
    }
  }

  #item(item: Payload): void {
    const id = idIn(item['id']);
    switch (item['type']) {
      case 'message': {
        const role = saidBy(item);
        const content = role === undefined ? [] : contentOf(item);
        if (role !== undefined && content.length > 0) this.#message(role, content, id);
        break;
      }
      case 'agent_message': {
        const said = textsOf(item['content']).join('\n\n');
        if (said !== '') this.#message('system', [{ type: 'text', text: said }], id);
        break;
      }
      case 'reasoning': {
        const summary = textsOf(item['summary']);
        const text = (summary.length > 0 ? summary : textsOf(item['content'])).join('\n\n');
        if (text !== '') this.#push({ type: 'thinking', ...this.#mark(id), text, ...(id === undefined ? {} : { source_id: id }) });
        break;
      }
      case 'function_call_output':
      case 'custom_tool_call_output':
      case 'tool_search_output': {
        const call = this.#calls.get(textIn(item['call_id']) ?? '');
        if (call) Object.assign(call, codexOutcome(item, call));
        break;
      }
      default:
        this.#call(item);
    }
  }

  #call(item: Payload): void {
    const call = codexCall(item);
    if (call === undefined) return;
    const mark = this.#mark(call.id === '' ? undefined : call.id);
    const steps = item['name'] === 'update_plan' ? planSteps(call.input) : undefined;
    if (steps) {
      this.#push({ type: 'plan', ...mark, source_id: mark.id, steps });
      return;
    }
    const own = { ...call, id: call.id === '' ? mark.id : call.id };
    this.#calls.set(own.id, own);
    this.#push({ type: 'tool_call', ...mark, source_id: own.id, call: own });
  }

  #event(event: Payload): void {
    switch (event['type']) {
      case 'task_started':
      case 'turn_started':
        if (this.#error !== undefined) this.#endTurn('error', this.#error);
        this.#lastAnswer = undefined;
        break;
      case 'error':
        this.#error = textIn(event['message']);
        break;
      case 'task_complete':
      case 'turn_complete': {
        const error = turnErrorOf(event) ?? this.#error;
        this.#endTurn(error === undefined ? 'end_turn' : 'error', error);
        break;
      }
      case 'turn_aborted':
        this.#endTurn(event['reason'] === 'interrupted' || event['reason'] === 'replaced' ? 'cancelled' : 'interrupted');
        break;
      case 'thread_rolled_back':
        this.#rollBack(event['num_turns']);
        break;
      case 'patch_apply_end':
      case 'exec_command_end':
        this.#done(event, event['call_id']);
        break;
      case 'item_completed': {
        const item = objectOf(event['item']);
        if (item['type'] === 'Plan') this.#message('assistant', contentOf({ content: item['text'] }), idIn(item['id']));
        else this.#done(item, item['id']);
        break;
      }
    }
  }

  /** What the screen was told of a call: how it ended, and what it changed. */
  #done(told: Payload, callId: unknown): void {
    const call = this.#calls.get(textIn(callId) ?? '');
    if (!call) return;
    const { status, exit_code: exit, success } = told;
    if (status === 'declined') call.status = 'denied';
    else if (status === 'failed' || success === false || (typeof exit === 'number' && exit !== 0)) call.status = 'failed';
    const diff = changeDiffs(told['changes']);
    if (diff.length === 0) return;
    Object.assign(call, { kind: 'edit', diff, locations: [...new Set(diff.map(({ path }) => path))].map((path) => ({ path })) });
  }

  #compact(payload: Payload): void {
    const told = textIn(payload['message']) ?? '';
    const summary = this.#takeSummary(told) ?? told;
    const first = this.#entries[0]?.id;
    // A summary made by the provider is encrypted: then all that is known stands for it.
    const kept = summary === '' && first !== undefined ? { first_kept: first } : {};
    this.#push({ type: 'compact', ...this.#mark(undefined), summary, ...kept });
  }

  /** The answer that was asked for as a summary is no part of the conversation; what it used is counted at the next one. */
  #takeSummary(told: string): string | undefined {
    const last = this.#entries.at(-1);
    if (last?.type !== 'message' || last.message.role !== 'assistant') return undefined;
    const text = textOf(last.message.content);
    if (text === '' || !told.endsWith(text)) return undefined;
    this.#entries.pop();
    this.#answers.withdraw(last);
    this.#lastAnswer = undefined;
    return text;
  }

  #message(role: Message['message']['role'], content: ContentBlock[], sourceId?: string): Message {
    if (role === 'user') this.#answers.close();
    const entry: Message = {
      type: 'message',
      ...this.#mark(sourceId),
      ...(sourceId === undefined ? {} : { source_id: sourceId }),
      message: { role, content },
      ...(role === 'assistant' ? { backend: 'codex', ...(this.#model === undefined ? {} : { model: this.#model }) } : {}),
      ...(this.#step.from === undefined ? {} : { inherited: { from: `codex:${this.#step.from}`, usage: noTokens } }),
    };
    if (role === 'user') this.#turns.push(this.#entries.length);
    if (role === 'assistant') {
      this.#lastAnswer = entry;
      this.#answers.said(entry);
    }
    this.#push(entry);
    return entry;
  }

  /** An answer for what was used and had no text. */
  #flush(): void {
    if (this.#answers.isPending) this.#message('assistant', []);
    this.#answers.close();
  }

  /** The turn's last answer says how it ended; a failure stands by itself, as it is no part of what was said. */
  #endTurn(reason: StopReason, error?: string): void {
    for (const call of this.#calls.values()) if (call.status === 'running') call.status = 'cancelled';
    this.#calls.clear();
    this.#flush();
    const answer =
      reason === 'error'
        ? this.#message('assistant', [])
        : (this.#lastAnswer ?? (reason === 'end_turn' ? undefined : this.#message('assistant', [])));
    if (answer) Object.assign(answer, { stop_reason: reason, ...(error === undefined ? {} : { error }) });
    this.#answers.close();
    this.#lastAnswer = undefined;
    this.#error = undefined;
  }

  /** Turns that were taken back are no part of the conversation any more. */
  #rollBack(turns: unknown): void {
    const from = typeof turns === 'number' && Number.isInteger(turns) && turns > 0 ? (this.#turns.at(-turns) ?? this.#turns[0]) : undefined;
    if (from === undefined) return;
    this.#flush();
    this.#entries.length = from;
    this.#turns.length = this.#turns.filter((at) => at < from).length;
    this.#lastAnswer = undefined;
  }

  #mark(sourceId: string | undefined): { id: string; timestamp: string } {
    const wanted = sourceId ?? this.#step.place;
    let count = (this.#ids.get(wanted) ?? 0) + 1;
    let id = count === 1 ? wanted : `${wanted}~${String(count)}`;
    while (id !== wanted && this.#ids.has(id)) id = `${wanted}~${String(++count)}`;
    this.#ids.set(id, 1).set(wanted, count);
    return { id, timestamp: this.#timestamp };
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
  }
}
