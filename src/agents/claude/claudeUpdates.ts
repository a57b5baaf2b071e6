import * as z from 'zod';
import { claudeToolCall, claudeToolDone } from '../../model/claudeTool.js';
import type { ToolCall } from '../../model/entry.js';
import { planStep } from '../../model/planStep.js';
import { noTokens } from '../../model/usage.js';
import type { AgentUpdate } from '../agent.js';
import {
  assistantLineSchema,
  streamLineSchema,
  systemLineSchema,
  userLineSchema,
  type ClaudeBlock,
  type ClaudeUsage,
  type StreamEvent,
  type SystemLine,
  type UserLine,
} from './claudeLines.js';
import type { ClaudeLine } from './claudeLink.js';
import { contextOf } from './claudeUsage.js';

const todosSchema = z.looseObject({ todos: z.array(z.looseObject({ content: z.string(), status: z.string() })) });

/** Makes AgentUpdates of one turn's lines. It remembers the message that streams and the tool calls. */
export class ClaudeUpdates {
  readonly #calls = new Map<string, ToolCall>();
  readonly #questioned = new Set<string>();
  readonly #refused = new Map<string, 'denied' | 'cancelled'>();
  readonly #streamed = new Set<string>();
  #message: { readonly id: string; readonly usage: ClaudeUsage | undefined } | undefined;
  /** The model that answers. */
  model: string | undefined;
  /** Tokens of the context that the last answer took. */
  contextUsed: number | undefined;

  /** @param contextSize the model's, in tokens; `undefined` while it is not known. */
  constructor(private readonly contextSize: number | undefined) {}

  /** What the line tells, in order; nothing for a kind that we do not show. Throws a ZodError for one that does not parse. */
  map(line: ClaudeLine): AgentUpdate[] {
    switch (line['type']) {
      case 'stream_event': {
        const { event, parent_tool_use_id: parent } = streamLineSchema.parse(line);
        // What a sub-agent says is for the agent; what it does comes with its whole messages.
        return parent ? [] : this.#stream(event);
      }
      case 'assistant':
        return this.#answer(line);
      case 'user':
        return this.#results(userLineSchema.parse(line));
      case 'system':
        return systemUpdates(systemLineSchema.parse(line));
      default:
        return [];
    }
  }

  /** The call that a question is about, which may come before its message has ended. */
  asked(id: string, name: string, input: unknown): ToolCall {
    this.#questioned.add(id);
    return this.#remember({ ...claudeToolCall({ id, name, input }), status: 'pending' });
  }

  /** From now on a failure of this call is the person's refusal, or the end of the turn that left it unanswered. */
  refuse(id: string, as: 'denied' | 'cancelled'): void {
    this.#refused.set(id, as);
  }

  /** From now on this call runs. */
  allow(id: string): AgentUpdate[] {
    const call = this.#calls.get(id);
    return call ? [{ kind: 'tool', call: this.#remember({ ...call, status: 'running' }) }] : [];
  }

  /** Whether a tool runs. */
  get working(): boolean {
    return [...this.#calls.values()].some(({ status }) => status === 'running');
  }

  /** The calls that are not done, each with the status that the turn's end gives it. */
  unfinished(status: 'cancelled' | 'failed'): ToolCall[] {
    const open = [...this.#calls.values()].filter((call) => call.status === 'pending' || call.status === 'running');
    return open.map((call) => ({ ...call, status: this.#refused.get(call.id) ?? status }));
  }

  #stream(event: StreamEvent): AgentUpdate[] {
    switch (event.type) {
      case 'message_start': {
        const { id, model, usage } = event.message;
        this.#message = { id, usage };
        this.#streamed.add(id);
        this.model = model;
        return [];
      }
      case 'content_block_start': {
        const { type, id, name } = event.content_block;
        // Shown before its input has arrived: that of a long file takes a while.
        if (type !== 'tool_use' || id === undefined || name === undefined || name === 'TodoWrite') return [];
        return [{ kind: 'tool', call: this.#remember(claudeToolCall({ id, name, input: undefined })) }];
      }
      case 'content_block_delta': {
        const { type, text, thinking } = event.delta;
        const id = this.#message?.id;
        if (type === 'text_delta' && text !== undefined) return [{ kind: 'text', delta: text, source_id: id }];
        if (type === 'thinking_delta' && thinking !== undefined) return [{ kind: 'thinking', delta: thinking, source_id: id }];
        return [];
      }
      case 'message_delta':
        return this.#counted(event.usage);
      default:
        return [];
    }
  }

  #answer(line: ClaudeLine): AgentUpdate[] {
    const { message, parent_tool_use_id: parent, is_api_error_message: isError } = assistantLineSchema.parse(line);
    return message.content.flatMap((block): AgentUpdate[] => {
      if (block.type === 'tool_use') return this.#call(block);
      // What streamed was shown; an error is how the turn ends, and no answer; the rest is the program's own, such as a command's.
      const isNew = block.type === 'text' && !parent && isError !== true && !this.#streamed.has(message.id);
      return isNew && block.text ? [{ kind: 'text', delta: block.text, source_id: message.id }] : [];
    });
  }

  #call({ id, name, input }: ClaudeBlock): AgentUpdate[] {
    if (id === undefined || name === undefined) return [];
    const plan = name === 'TodoWrite' ? todosSchema.safeParse(input).data : undefined;
    if (plan) {
      return [
        {
          kind: 'plan',
          id: 'plan',
          steps: plan.todos.map(({ content, status }) => planStep(content, status)),
        },
      ];
    }
    // Its whole input is there: it runs, unless a question about it follows.
    const status = (this.#questioned.has(id) ? this.#calls.get(id)?.status : undefined) ?? 'running';
    return [{ kind: 'tool', call: this.#remember({ ...claudeToolCall({ id, name, input }), status }) }];
  }

  #results({ message, tool_use_result: result, tool_result_meta: meta }: UserLine): AgentUpdate[] {
    const blocks = typeof message.content === 'string' ? [] : message.content;
    return blocks.flatMap((block): AgentUpdate[] => {
      const call = block.type === 'tool_result' && block.tool_use_id !== undefined ? this.#calls.get(block.tool_use_id) : undefined;
      if (!call) return [];
      const rejected = meta?.find(({ id }) => id === call.id)?.permission_decision?.decision === 'reject';
      const failed = this.#refused.get(call.id) ?? (rejected ? 'denied' : 'failed');
      const status = block.is_error === true ? failed : 'completed';
      const done = claudeToolDone(call, { status, content: block.content, result });
      return [{ kind: 'tool', call: this.#remember(done) }];
    });
  }

  #counted(usage: ClaudeUsage | undefined): AgentUpdate[] {
    this.contextUsed = contextOf({ ...this.#message?.usage, ...usage });
    if (this.contextSize === undefined) return [];
    // What the turn costs is told at its end.
    return [{ kind: 'usage', usage: { ...noTokens, cost_usd: null }, context_used: this.contextUsed, context_size: this.contextSize }];
  }

  #remember(call: ToolCall): ToolCall {
    this.#calls.set(call.id, call);
    return call;
  }
}

function systemUpdates(line: SystemLine): AgentUpdate[] {
  const { subtype, title, attempt, max_retries: most, error_status: status } = line;
  switch (subtype) {
    case 'session_title_changed':
      return title ? [{ kind: 'title', title }] : [];
    case 'compact_boundary':
      return [{ kind: 'notice', level: 'info', text: 'The conversation was summarised by the agent, to fit the model' }];
    case 'api_retry': {
      const why = typeof status === 'number' ? `answered ${status}` : 'could not be reached';
      return [{ kind: 'notice', level: 'warning', text: `The model ${why}: attempt ${attempt ?? 1} of ${most ?? 1} follows` }];
    }
    default:
      return [];
  }
}
