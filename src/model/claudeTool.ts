import * as z from 'zod';
import type { FileDiff, ToolCall } from './entry.js';
import { keptOutput } from './toolOutput.js';
import { keptTitle } from './toolTitle.js';

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

const text = z.string().optional().catch(undefined);
const editSchema = z.object({ old_string: text, new_string: text, content: text });
const inputSchema = z.object({
  ...editSchema.shape,
  file_path: text,
  notebook_path: text,
  command: text,
  description: text,
  pattern: text,
  query: text,
  url: text,
  path: text,
  prompt: text,
  edits: z.array(editSchema.catch({})).optional().catch(undefined),
});
type Input = z.infer<typeof inputSchema>;

const blocksSchema = z.array(z.looseObject({ type: text, text }).catch({}));
const resultSchema = z.object({ filePath: z.string().min(1), content: z.string(), originalFile: z.string().nullish().catch(null) });

/** A `tool_use` of Claude Code as a call that has no result yet; its store and its live stream write it alike. */
export function claudeToolCall({ id, name, input }: { readonly id: string; readonly name: string; readonly input: unknown }): ToolCall {
  const fields = inputSchema.safeParse(input).data ?? {};
  const path = fields.file_path || fields.notebook_path || '';
  const diff = plannedDiff(name, fields, path);
  return {
    id,
    name,
    kind: kinds.get(name) ?? 'other',
    title: keptTitle(titleOf(name, fields, path)),
    status: 'pending',
    ...(input !== undefined && { input }),
    ...(path !== '' && { locations: [{ path }] }),
    ...(diff.length > 0 && { diff }),
  };
}

export interface ClaudeToolEnd {
  readonly status: ToolCall['status'];
  /** The `content` of the `tool_result`. */
  readonly content: unknown;
  /** What the program tells of it for itself: for a written file, what was there before. */
  readonly result: unknown;
}

/** The call with its result. What was not done changed nothing, so it has no diff then. */
export function claudeToolDone(call: ToolCall, { status, content, result }: ClaudeToolEnd): ToolCall {
  const output = claudeToolOutput(content);
  const { diff: planned, ...done } = { ...call, status, ...(output !== undefined && { output }) };
  const diff = status === 'completed' ? (madeDiff(result) ?? planned) : undefined;
  return { ...done, ...(diff !== undefined && { diff }) };
}

/** The text of a `tool_result`'s content, cut to what is kept. */
export function claudeToolOutput(content: unknown): string | undefined {
  if (content === undefined || content === null) return undefined;
  const whole = typeof content === 'string' ? content : (blocksSchema.safeParse(content).data ?? []).map(blockText).join('\n');
  return keptOutput(whole);
}

const blockText = (block: z.infer<typeof blocksSchema>[number]): string =>
  block.type === 'text' ? (block.text ?? '') : block.type === 'image' ? '[image]' : JSON.stringify(block);

function titleOf(name: string, input: Input, path: string): string {
  const { command, description, pattern, query, url, path: folder, prompt } = input;
  const subject = path || [command, description, pattern, query, url, folder, prompt].find(Boolean);
  if (subject === undefined) return name;
  const [line = ''] = subject.split('\n');
  return name === 'Bash' ? line : `${name} ${line}`;
}

function plannedDiff(name: string, input: Input, path: string): FileDiff[] {
  if (path === '') return [];
  const edits = name === 'MultiEdit' ? (input.edits ?? []) : [input];
  return edits.flatMap(({ old_string: before, new_string: after, content }): FileDiff[] => {
    if (before !== undefined && after !== undefined) return [{ path, old_text: before, new_text: after }];
    return name === 'Write' && content !== undefined ? [{ path, new_text: content }] : [];
  });
}

/** A written file's change as it came about. */
function madeDiff(result: unknown): FileDiff[] | undefined {
  const made = resultSchema.safeParse(result).data;
  return made && [{ path: made.filePath, old_text: made.originalFile ?? null, new_text: made.content }];
}
