import type { AgentSession, AgentUpdate, TurnResult } from '../../src/agents/agent.js';
import type { ToolCall } from '../../src/model/entry.js';
import type { PermissionRequest } from '../../src/model/turn.js';

/** What a turn showed and how it ended. */
export interface RanTurn {
  readonly result: TurnResult;
  readonly updates: readonly AgentUpdate[];
  /** The answer's text, and the thoughts'. */
  readonly text: string;
  readonly thoughts: string;
  /** The tool calls as they were last, in the order in which they began. */
  readonly calls: readonly ToolCall[];
  readonly asked: readonly PermissionRequest[];
}

export interface RunTurnOptions {
  /** Answers a permission request with an option's id; without it every request is refused. */
  readonly permit?: (request: PermissionRequest) => string | null | Promise<string | null>;
  readonly signal?: AbortSignal;
  readonly onUpdate?: (update: AgentUpdate) => void;
}

/** Runs a turn with an agent's session and records it. Rejects as `prompt` does. */
export async function runTurn(session: AgentSession, prompt: string, options: RunTurnOptions = {}): Promise<RanTurn> {
  const updates: AgentUpdate[] = [];
  const asked: PermissionRequest[] = [];
  const result = await session.prompt([{ type: 'text', text: prompt }], {
    update: (update) => {
      updates.push(update);
      options.onUpdate?.(update);
    },
    permission: async (request) => {
      asked.push(request);
      return options.permit ? options.permit(request) : null;
    },
    signal: options.signal ?? new AbortController().signal,
  });
  const calls = new Map<string, ToolCall>();
  for (const update of updates) if (update.kind === 'tool') calls.set(update.call.id, update.call);
  return { result, updates, text: joined(updates, 'text'), thoughts: joined(updates, 'thinking'), calls: [...calls.values()], asked };
}

function joined(updates: readonly AgentUpdate[], kind: 'text' | 'thinking'): string {
  return updates.map((update) => (update.kind === kind ? update.delta : '')).join('');
}

/** The id of the option of that kind; for `permit`. */
export function choose(kind: PermissionRequest['options'][number]['kind']): (request: PermissionRequest) => string {
  return ({ options }) => {
    const option = options.find((each) => each.kind === kind);
    if (!option) throw new Error(`no option ${kind} among ${JSON.stringify(options)}`);
    return option.id;
  };
}
