import type { FileDiff, ToolCall } from '../../model/entry.js';
import { keptOutput } from '../../model/toolOutput.js';
import { memberOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import { openclawContent } from './openclawText.js';

const kinds: Readonly<Record<string, ToolCall['kind']>> = {
  read: 'read',
  write: 'edit',
  edit: 'edit',
  apply_patch: 'edit',
  bash: 'execute',
  exec: 'execute',
  process: 'execute',
  grep: 'search',
  find: 'search',
  ls: 'search',
  memory_search: 'search',
  web_fetch: 'fetch',
  web_search: 'fetch',
  browser: 'fetch',
  sessions_spawn: 'think',
};

/** A `toolCall` block as a call that has no result yet. */
export function openclawToolCall(block: JsonObject, id: string): ToolCall {
  const name = stringOf(block['name']) || 'tool';
  const input = objectOf(block['arguments']);
  const path = stringOf(input['path']) || stringOf(input['file_path']);
  const subject = path || ['command', 'pattern', 'query', 'url', 'task'].map((key) => stringOf(input[key])).find(Boolean);
  const diff = path === '' ? undefined : diffOf(name, input, path);
  return {
    id: stringOf(block['id']) || id,
    name,
    kind: memberOf(kinds, name) ?? 'other',
    title: subject === undefined ? name : `${name} ${subject.split('\n')[0] ?? ''}`,
    status: 'pending',
    ...(block['arguments'] !== undefined && { input: block['arguments'] }),
    ...(path !== '' && { locations: [{ path }] }),
    ...(diff && { diff: [diff] }),
  };
}

/** The call with its `toolResult` message. */
export function withOpenclawResult(call: ToolCall, message: JsonObject): ToolCall {
  const output = keptOutput(
    openclawContent(message['content'], false)
      .map((block) => (block.type === 'text' ? block.text : '[image]'))
      .join('\n'),
  );
  if (message['isError'] !== true) return { ...call, status: 'completed', output };
  // What was not done changed nothing.
  const { diff: _, ...rest } = call;
  return { ...rest, status: /^(aborted|cancell?ed|operation aborted)/i.test(output) ? 'cancelled' : 'failed', output };
}

/** A command that the person ran in the session: `{ role: 'bashExecution', command, output, exitCode, cancelled }`. */
export function openclawCommand(message: JsonObject, id: string): ToolCall {
  const command = stringOf(message['command']);
  const code = message['exitCode'];
  const status = message['cancelled'] === true ? 'cancelled' : typeof code === 'number' && code !== 0 ? 'failed' : 'completed';
  const output = keptOutput(stringOf(message['output']));
  return { id, name: 'bash', kind: 'execute', title: command.split('\n')[0] ?? '', status, input: { command }, output };
}

function diffOf(name: string, input: JsonObject, path: string): FileDiff | undefined {
  const before = input['oldText'] ?? input['old_string'];
  const after = input['newText'] ?? input['new_string'];
  if (typeof before === 'string' && typeof after === 'string') return { path, old_text: before, new_text: after };
  return name === 'write' && typeof input['content'] === 'string' ? { path, new_text: input['content'] } : undefined;
}
