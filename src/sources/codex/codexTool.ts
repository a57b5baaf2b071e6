import * as z from 'zod';
import type { PlanStep, ToolCall } from '../../model/entry.js';
import { planStep } from '../../model/planStep.js';
import { textStart } from '../../model/textStart.js';
import { patchDiffs } from './codexPatch.js';
import { idIn, textsOf } from './codexRecord.js';
import { memberOf, objectOf, type JsonObject } from '../jsonValue.js';

/** Characters of a title made from a command. */
const titleLimit = 200;

const text = z.string().optional().catch(undefined);

const callSchema = z.object({
  type: z.string(),
  id: text,
  call_id: text,
  name: text,
  namespace: text,
  arguments: z.unknown().optional(),
  input: z.unknown().optional(),
  action: z.unknown().optional(),
  status: text,
});
type Call = z.infer<typeof callSchema>;

const kinds: Readonly<Record<string, ToolCall['kind']>> = {
  exec_command: 'execute',
  write_stdin: 'execute',
  shell: 'execute',
  shell_command: 'execute',
  'container.exec': 'execute',
  local_shell: 'execute',
  local_shell_call: 'execute',
  exec: 'execute',
  apply_patch: 'edit',
  view_image: 'read',
  read_file: 'read',
  list_dir: 'search',
  grep_files: 'search',
  tool_search_call: 'search',
  web_search_call: 'search',
};

/** Kinds of items that are a tool's call; the last four have their outcome in them or none at all. */
const callTypes = ['function_call', 'custom_tool_call', 'local_shell_call', 'tool_search_call', 'web_search_call', 'image_generation_call'];

/** An item as a tool's call that still runs; `undefined` for another item. */
export function codexCall(item: JsonObject): ToolCall | undefined {
  const call = callSchema.safeParse(item).data;
  if (call === undefined || !callTypes.includes(call.type)) return undefined;
  const input = inputOf(call);
  const command = commandOf(input);
  const patch = typeof input === 'string' ? input : command;
  const diff = patch === undefined || !patch.includes('*** Begin Patch') ? [] : patchDiffs(patch);
  const name = call.name ?? call.type;
  const paths = [...new Set(diff.map(({ path }) => path))];
  return {
    id: idIn(call.call_id) ?? idIn(call.id) ?? '',
    kind: diff.length > 0 ? 'edit' : (memberOf(kinds, name) ?? 'other'),
    title: paths.length > 0 ? `Edit ${paths.join(', ')}` : titleOf(name, command, input),
    status: call.type === 'web_search_call' || call.type === 'image_generation_call' ? 'completed' : 'running',
    ...(input === undefined ? {} : { input }),
    ...(diff.length > 0 ? { diff, locations: paths.map((path) => ({ path })) } : {}),
  };
}

function inputOf(call: Call): unknown {
  const raw = call.arguments ?? call.input ?? call.action;
  if (typeof raw !== 'string' || call.type === 'custom_tool_call') return raw;
  try {
    return JSON.parse(raw);
  } catch {
    // A model may write what is no JSON: shown as it is.
    return raw;
  }
}

/** The command line of a call that has one, without the shell around it. */
export function commandOf(input: unknown): string | undefined {
  const fields = objectOf(input);
  const command = fields['cmd'] ?? fields['command'];
  if (typeof command === 'string') return command;
  const words = textsOf(command);
  if (words.length === 0) return undefined;
  const [, flag, script] = words;
  return words.length === 3 && /^-l?c$/.test(flag ?? '') ? script : words.join(' ');
}

function titleOf(name: string, command: string | undefined, input: unknown): string {
  const fields = objectOf(input);
  const said = command ?? [fields['query'], fields['path'], fields['url'], fields['pattern']].find((value) => typeof value === 'string');
  const line = typeof said === 'string' ? said.replace(/\s+/g, ' ').trim() : '';
  const shown = line.length > titleLimit ? `${textStart(line, titleLimit - 1)}…` : line;
  if (shown === '') return name;
  return command === undefined ? `${name.replace(/_call$/, '').replaceAll('_', ' ')}: ${shown}` : shown;
}

const wrappedOutputSchema = z.object({ output: z.string(), metadata: z.object({ exit_code: z.number().optional() }).optional() });

interface CodexOutput {
  readonly text: string;
  readonly status: 'completed' | 'failed' | 'denied';
}

/** What a tool gave back: a text, parts, or a JSON text with the exit code, as the version had it. */
function codexOutput(item: JsonObject): CodexOutput {
  const raw = item['output'] ?? item['tools'];
  const fields = objectOf(raw);
  const said = textsOf(fields['content'] ?? raw).join('\n');
  const text = said === '' && raw !== undefined && raw !== null && typeof raw !== 'string' ? JSON.stringify(raw) : said;
  const wrapped = text.startsWith('{') ? unwrap(text) : undefined;
  const shown = wrapped?.output ?? text;
  const exit = wrapped?.metadata?.exit_code ?? exitCodeIn(shown);
  if (/^(exec command )?rejected by user|^(patch|command) (was )?rejected/i.test(shown)) return { text: shown, status: 'denied' };
  const failed =
    fields['success'] === false ||
    (exit !== undefined && exit !== 0) ||
    /^(execution error|failed to parse function arguments|apply_patch verification failed)/i.test(shown);
  return { text: shown, status: failed ? 'failed' : 'completed' };
}

/** What a call gains from its output. An outcome that an event told before stays: it knows what the text may not say. */
export function codexOutcome(item: JsonObject, call: ToolCall): Partial<ToolCall> {
  const { text, status } = codexOutput(item);
  return { output: text, ...(call.status === 'running' ? { status } : {}) };
}

function unwrap(text: string): z.infer<typeof wrappedOutputSchema> | undefined {
  try {
    return wrappedOutputSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // A tool's own text that begins like JSON.
    return undefined;
  }
}

/** The exit code in the lines that Codex puts before a command's output. */
function exitCodeIn(text: string): number | undefined {
  const [before] = text.split(/^Output:$/m, 1);
  if (before === undefined || before.length === text.length) return undefined;
  const [, code] = /^(?:Process exited with code|Exit code:) (-?\d+)$/m.exec(before) ?? [];
  return code === undefined ? undefined : Number(code);
}

/** The steps of a call to `update_plan`; `undefined` where it has none. */
export function planSteps(input: unknown): PlanStep[] | undefined {
  const steps: unknown = objectOf(input)['plan'];
  if (!Array.isArray(steps)) return undefined;
  return steps.flatMap((value: unknown) => {
    const { step, status } = objectOf(value);
    return typeof step === 'string' ? [planStep(step, status)] : [];
  });
}
