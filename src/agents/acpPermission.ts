import type * as acp from '@agentclientprotocol/sdk/unstable';
import type { PermissionRequest } from '../model/turn.js';
import type { ToolCall } from '../model/entry.js';
import { claudeGivenToolOf } from './claude/claudeGivenTool.js';

/** An agent's question in our words. The options keep the agent's order, kinds and labels. `meta`: what it adds of its own. */
export function permissionRequest(id: string, call: ToolCall, options: readonly acp.PermissionOption[], meta?: unknown): PermissionRequest {
  const mcp = claudeGivenToolOf(meta);
  return {
    id,
    title: call.title,
    call,
    options: options.map(({ optionId, name, kind }) => ({ id: optionId, label: name, kind })),
    ...(mcp && { mcp }),
  };
}

/** The person's choice as an answer. An id that was not offered counts as cancelled: it must never pass for a yes. */
export function permissionResponse(options: readonly acp.PermissionOption[], chosen: string | null): acp.RequestPermissionResponse {
  const option = options.find(({ optionId }) => optionId === chosen);
  return { outcome: option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' } };
}

/** Whether the choice refuses: a `reject` option, or none. */
export function isRefusal(options: readonly acp.PermissionOption[], chosen: string | null): boolean {
  const kind = options.find(({ optionId }) => optionId === chosen)?.kind;
  return kind === undefined || kind.startsWith('reject');
}
