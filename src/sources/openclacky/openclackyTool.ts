import type { FileDiff, ToolCall } from '../../model/entry.js';
import { textStart } from '../../model/textStart.js';
import { memberOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

const kinds: Readonly<Record<string, ToolCall['kind']>> = {
  file_reader: 'read',
  write: 'edit',
  edit: 'edit',
  glob: 'search',
  grep: 'search',
  web_search: 'search',
  web_fetch: 'fetch',
  browser: 'fetch',
  shell: 'execute',
  safe_shell: 'execute',
  terminal: 'execute',
  run_project: 'execute',
  todo_manager: 'think',
};

/** What a call is mostly about: shown behind its tool's name. */
const mainArguments = ['command', 'path', 'pattern', 'query', 'url', 'task', 'question'] as const;
const titleLimit = 200;

/** A call that is under way: OpenAI's form with its arguments as JSON text, or flat with an object. */
export function openclackyCall(id: string, call: JsonObject): ToolCall {
  const of = objectOf(call['function']);
  const name = stringOf(of['name']) || stringOf(call['name']) || 'tool';
  const input = argumentsOf(of['arguments'] ?? call['arguments']);
  const args = objectOf(input);
  const main = mainArguments.map((key) => stringOf(args[key])).find(Boolean);
  const path = stringOf(args['path']);
  return {
    id,
    kind: memberOf(kinds, name) ?? 'other',
    title: textStart(main === undefined ? name : `${name} ${main.split('\n')[0] ?? ''}`, titleLimit),
    status: 'pending',
    tool: name,
    ...(input === undefined ? {} : { input }),
    ...(path === '' ? {} : { locations: [{ path }] }),
  };
}

/** The call with its result, and with the change where it is one that succeeded. */
export function withResult(call: ToolCall, output: string): ToolCall {
  const status = statusOf(output);
  const diff = status === 'completed' ? diffOf(call) : undefined;
  return { ...call, status, output, ...(diff === undefined ? {} : { diff: [diff] }) };
}

function argumentsOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === '') return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // A model may write anything: shown as it is.
    return value;
  }
}

/** Failures are `{"error": …}`; refusals are failures that say so. */
function statusOf(output: string): ToolCall['status'] {
  if (!output.startsWith('{')) return 'completed';
  let error: string;
  try {
    error = stringOf(objectOf(JSON.parse(output))['error']);
  } catch {
    // A text that happens to begin with a brace.
    return 'completed';
  }
  if (error === '') return 'completed';
  return /\bdenied\b/i.test(error) ? 'denied' : 'failed';
}

function diffOf(call: ToolCall): FileDiff | undefined {
  const args = objectOf(call.input);
  const path = stringOf(args['path']);
  if (path === '') return undefined;
  if (call['tool'] === 'edit') return { path, old_text: stringOf(args['old_string']), new_text: stringOf(args['new_string']) };
  return call['tool'] === 'write' ? { path, new_text: stringOf(args['content']) } : undefined;
}
