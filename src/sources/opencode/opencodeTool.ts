import type { FileDiff, PlanStep, ToolCall } from '../../model/entry.js';
import { planStep } from '../../model/planStep.js';
import { keptOutput } from '../../model/toolOutput.js';
import { arrayOf, memberOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

const kinds: Readonly<Record<string, ToolCall['kind']>> = {
  read: 'read',
  write: 'edit',
  edit: 'edit',
  multiedit: 'edit',
  patch: 'edit',
  apply_patch: 'edit',
  bash: 'execute',
  shell: 'execute',
  grep: 'search',
  glob: 'search',
  list: 'search',
  codesearch: 'search',
  webfetch: 'fetch',
  websearch: 'fetch',
  task: 'think',
  todowrite: 'think',
  todoread: 'think',
};

/** A part of type `tool`: the call and its result. `isOver` says that its message has ended, so that nothing runs any more. */
export function opencodeToolCall(part: JsonObject, id: string, isOver: boolean): ToolCall {
  const state = objectOf(part['state']);
  const name = stringOf(part['tool']) || 'tool';
  const input = objectOf(state['input']);
  const status = statusOf(state, isOver);
  const output = status === 'completed' ? state['output'] : state['error'];
  const path = stringOf(input['filePath']) || stringOf(input['path']);
  const diff = status === 'completed' ? diffsOf(name, input, objectOf(state['metadata']), path) : [];
  return {
    id: stringOf(part['callID']) || id,
    name,
    kind: memberOf(kinds, name) ?? 'other',
    title: stringOf(state['title']) || titleOf(input) || name,
    status,
    ...(state['input'] !== undefined && { input: state['input'] }),
    ...(typeof output === 'string' && { output: keptOutput(output) }),
    ...(path !== '' && { locations: [{ path }] }),
    ...(diff.length > 0 && { diff }),
  };
}

/** The steps of a to-do list that was written; empty for every other tool. */
export function opencodePlan(part: JsonObject): PlanStep[] {
  if (part['tool'] !== 'todowrite') return [];
  return arrayOf(objectOf(objectOf(part['state'])['input'])['todos']).flatMap((value) => {
    const { content, status } = objectOf(value);
    return typeof content === 'string' ? [planStep(content, status)] : [];
  });
}

function statusOf(state: JsonObject, isOver: boolean): ToolCall['status'] {
  const error = stringOf(state['error']);
  switch (state['status']) {
    case 'completed':
      return 'completed';
    case 'error':
      if (/reject|denied|permission/i.test(error)) return 'denied';
      return /abort|cancel/i.test(error) ? 'cancelled' : 'failed';
    case 'running':
      return isOver ? 'cancelled' : 'running';
    default:
      return isOver ? 'cancelled' : 'pending';
  }
}

function titleOf(input: JsonObject): string {
  const subject = ['command', 'filePath', 'pattern', 'query', 'url', 'path', 'description']
    .map((key) => stringOf(input[key]))
    .find(Boolean);
  return subject?.split('\n')[0] ?? '';
}

function diffsOf(name: string, input: JsonObject, metadata: JsonObject, path: string): FileDiff[] {
  const kept = [metadata['filediff'], ...arrayOf(metadata['files'])].map(objectOf).flatMap((file): FileDiff[] => {
    const where = stringOf(file['file']) || stringOf(file['filePath']) || path;
    const { before, after } = file;
    if (where === '' || typeof after !== 'string') return [];
    return [{ path: where, old_text: typeof before === 'string' && before !== '' ? before : null, new_text: after }];
  });
  if (kept.length > 0 || path === '') return kept;
  if (name === 'write' && typeof input['content'] === 'string') {
    return [{ path, new_text: input['content'], ...(metadata['exists'] === false && { old_text: null }) }];
  }
  const edits = Array.isArray(input['edits']) ? arrayOf(input['edits']).map(objectOf) : [input];
  return edits.flatMap(({ oldString, newString }): FileDiff[] =>
    typeof oldString === 'string' && typeof newString === 'string' ? [{ path, old_text: oldString, new_text: newString }] : [],
  );
}
