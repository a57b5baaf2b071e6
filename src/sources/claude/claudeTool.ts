import { claudeToolCall, claudeToolDone, claudeToolOutput } from '../../model/claudeTool.js';
import type { ToolCall } from '../../model/entry.js';
import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** A `tool_use` block as a call that has no result yet. */
export function toolCallOf(block: JsonObject): ToolCall {
  return claudeToolCall({ id: stringOf(block['id']), name: stringOf(block['name']) || 'tool', input: block['input'] });
}

/** The call with its `tool_result` block; `record` is the line that the block stands in. */
export function withResult(call: ToolCall, block: JsonObject, record: JsonObject): ToolCall {
  return claudeToolDone(call, { status: statusOf(block, record), content: block['content'], result: record['toolUseResult'] });
}

function statusOf(block: JsonObject, record: JsonObject): ToolCall['status'] {
  const result = objectOf(record['toolUseResult']);
  if (block['is_error'] !== true) return result['interrupted'] === true ? 'cancelled' : 'completed';
  const text = claudeToolOutput(block['content']) ?? '';
  const isDenied =
    record['toolDenialKind'] !== undefined ||
    objectOf(record['permissionDecision'])['decision'] === 'reject' ||
    text.startsWith("The user doesn't want to proceed with this tool use") ||
    /^Claude requested permissions to .* but you haven't granted it yet/.test(text);
  if (isDenied) return 'denied';
  return text.startsWith('[Request interrupted by user') ? 'cancelled' : 'failed';
}
