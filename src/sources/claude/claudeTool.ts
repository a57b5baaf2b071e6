import type { FileDiff, ToolCall } from '../../model/entry.js';
import { blocksOf } from './claudePrompt.js';
import { arrayOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** Characters of a tool's output that are kept. */
const maxOutput = 256 * 1024;

const kinds = new Map<string, ToolCall['kind']>([
  ['Read', 'read'],
  ['NotebookRead', 'read'],
  ['Edit', 'edit'],
  ['MultiEdit', 'edit'],
  ['Write', 'edit'],
  ['NotebookEdit', 'edit'],
  ['Bash', 'execute'],
  ['BashOutput', 'execute'],
  ['KillShell', 'execute'],
  ['Monitor', 'execute'],
  ['Grep', 'search'],
  ['Glob', 'search'],
  ['LS', 'search'],
  ['ToolSearch', 'search'],
  ['WebFetch', 'fetch'],
  ['WebSearch', 'fetch'],
  ['Agent', 'think'],
  ['Task', 'think'],
  ['TodoWrite', 'think'],
  ['ExitPlanMode', 'think'],
]);

/** A `tool_use` block as a call that has no result yet. */
export function toolCallOf(block: JsonObject): ToolCall {
  const name = stringOf(block['name']) || 'tool';
  const input = objectOf(block['input']);
  const path = stringOf(input['file_path']) || stringOf(input['notebook_path']);
  const diff = plannedDiff(name, input, path);
  return {
    id: stringOf(block['id']),
    name,
    kind: kinds.get(name) ?? 'other',
    title: titleOf(name, input, path),
    status: 'pending',
    ...(block['input'] !== undefined && { input: block['input'] }),
    ...(path !== '' && { locations: [{ path }] }),
    ...(diff.length > 0 && { diff }),
  };
}

/** The call with its `tool_result` block; `record` is the line that the block stands in. */
export function withResult(call: ToolCall, block: JsonObject, record: JsonObject): ToolCall {
  const status = statusOf(block, record);
  const output = outputOf(block['content']);
  const done = { ...call, status, ...(output !== undefined && { output }) };
  if (status !== 'completed') {
    // What was not done changed nothing.
    const { diff: _, ...rest } = done;
    return rest;
  }
  const diff = madeDiff(objectOf(record['toolUseResult']));
  return diff ? { ...done, diff: [diff] } : done;
}

function titleOf(name: string, input: JsonObject, path: string): string {
  const subject =
    path || ['command', 'description', 'pattern', 'query', 'url', 'path', 'prompt'].map((key) => stringOf(input[key])).find(Boolean);
  if (subject === undefined) return name;
  const [line = ''] = subject.split('\n');
  return name === 'Bash' ? line : `${name} ${line}`;
}

function plannedDiff(name: string, input: JsonObject, path: string): FileDiff[] {
  if (path === '') return [];
  const edits = name === 'MultiEdit' ? arrayOf(input['edits']).map(objectOf) : [input];
  return edits.flatMap((edit): FileDiff[] => {
    const [before, after, content] = [edit['old_string'], edit['new_string'], edit['content']];
    if (typeof before === 'string' && typeof after === 'string') return [{ path, old_text: before, new_text: after }];
    return name === 'Write' && typeof content === 'string' ? [{ path, new_text: content }] : [];
  });
}

/** A written file's change as it came about: the program also keeps what was there before. */
function madeDiff(result: JsonObject): FileDiff | undefined {
  const [path, content, before] = [stringOf(result['filePath']), result['content'], result['originalFile']];
  if (path === '' || typeof content !== 'string') return undefined;
  return { path, old_text: typeof before === 'string' ? before : null, new_text: content };
}

function statusOf(block: JsonObject, record: JsonObject): ToolCall['status'] {
  const result = objectOf(record['toolUseResult']);
  if (block['is_error'] !== true) return result['interrupted'] === true ? 'cancelled' : 'completed';
  const text = outputOf(block['content']) ?? '';
  const isDenied =
    record['toolDenialKind'] !== undefined ||
    objectOf(record['permissionDecision'])['decision'] === 'reject' ||
    text.startsWith("The user doesn't want to proceed with this tool use") ||
    /^Claude requested permissions to .* but you haven't granted it yet/.test(text);
  if (isDenied) return 'denied';
  return text.startsWith('[Request interrupted by user') ? 'cancelled' : 'failed';
}

function outputOf(content: unknown): string | undefined {
  if (content === undefined || content === null) return undefined;
  const text = blocksOf(content)
    .map((block) => (block['type'] === 'text' ? stringOf(block['text']) : block['type'] === 'image' ? '[image]' : JSON.stringify(block)))
    .join('\n');
  return text.length <= maxOutput ? text : `${text.slice(0, maxOutput)}\n… ${text.length - maxOutput} more characters`;
}
