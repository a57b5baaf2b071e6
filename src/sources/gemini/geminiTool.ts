import type { FileDiff, ToolCall } from '../../model/entry.js';
import { textStart } from '../../model/textStart.js';
import { memberOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import { partsOf } from './geminiMessage.js';

const kinds: Readonly<Record<string, ToolCall['kind']>> = {
  read_file: 'read',
  read_many_files: 'read',
  list_directory: 'read',
  write_file: 'edit',
  replace: 'edit',
  edit: 'edit',
  glob: 'search',
  grep_search: 'search',
  search_file_content: 'search',
  google_web_search: 'search',
  web_fetch: 'fetch',
  run_shell_command: 'execute',
  enter_plan_mode: 'think',
  exit_plan_mode: 'think',
  write_todos: 'think',
  update_topic: 'think',
};

const statuses: Readonly<Record<string, ToolCall['status']>> = {
  success: 'completed',
  error: 'failed',
  cancelled: 'cancelled',
  executing: 'running',
};

const titleLimit = 200;

/** What a call gave back to the model. */
export interface GeminiResult {
  readonly output: string;
  readonly isError: boolean;
}

/** A call as its message records it, with what came back and what it changed. `results` are those recorded beside it, by call. */
export function geminiCall(call: JsonObject, results: ReadonlyMap<string, GeminiResult>): ToolCall {
  const name = stringOf(call['name']) || 'tool';
  const id = stringOf(call['id']);
  const display = call['resultDisplay'];
  const shown = stringOf(display);
  const given = results.get(id);
  const output = partsOf(call['result']).map(responseText).filter(Boolean).join('\n') || (given?.output ?? shown);
  const status = memberOf(statuses, stringOf(call['status'])) ?? (output === '' ? 'pending' : given?.isError ? 'failed' : 'completed');
  const args = objectOf(call['args']);
  const path = stringOf(args['file_path']) || stringOf(args['absolute_path']) || stringOf(args['path']);
  const diff = status === 'completed' ? diffOf(objectOf(display), path) : undefined;
  return {
    id,
    kind: memberOf(kinds, name) ?? 'other',
    title: textStart(titleOf(call, name, path), titleLimit),
    status,
    tool: name,
    input: call['args'] ?? {},
    // What was shown is what the tool said; what the model was given wraps it.
    ...(shown !== '' || output !== '' ? { output: shown || output } : {}),
    ...(path === '' ? {} : { locations: [{ path }] }),
    ...(diff ? { diff: [diff] } : {}),
  };
}

function titleOf(call: JsonObject, name: string, path: string): string {
  const label = stringOf(call['displayName']) || name;
  const about = stringOf(objectOf(call['args'])['command']) || path || stringOf(call['description']);
  return about === '' ? label : `${label} ${about.split('\n')[0] ?? ''}`;
}

/** The text of `{functionResponse: {response: {output | error | content}}}`. */
function responseText(part: JsonObject): string {
  const response = objectOf(objectOf(part['functionResponse'])['response']);
  const text = stringOf(response['output']) || stringOf(response['error']) || stringOf(response['content']) || stringOf(part['text']);
  return text !== '' || Object.keys(response).length === 0 ? text : JSON.stringify(response);
}

/** Results of calls that a message brings back to the model, by the call's id. */
export function resultsOf(message: JsonObject): readonly (readonly [string, GeminiResult])[] {
  return partsOf(message['content']).flatMap((part) => {
    const response = objectOf(part['functionResponse']);
    const id = stringOf(response['id']);
    return id === '' ? [] : [[id, { output: responseText(part), isError: 'error' in objectOf(response['response']) }] as const];
  });
}

function diffOf(display: JsonObject, path: string): FileDiff | undefined {
  if (typeof display['newContent'] !== 'string') return undefined;
  const isNew = display['isNewFile'] === true;
  return {
    path: stringOf(display['filePath']) || path || stringOf(display['fileName']),
    old_text: isNew ? null : stringOf(display['originalContent']),
    new_text: display['newContent'],
  };
}
