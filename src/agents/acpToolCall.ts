import * as z from 'zod';
import { toolKinds, type FileDiff, type ToolCall } from '../model/entry.js';
import { keptOutput, mostOutput, withMoreOutput } from '../model/toolOutput.js';
import { keptTitle } from '../model/toolTitle.js';

const contentSchema = z.looseObject({ type: z.string(), text: z.string().optional(), uri: z.string().optional() });
const partSchema = z.union([
  z.looseObject({ type: z.literal('content'), content: contentSchema }),
  z.looseObject({ type: z.literal('diff'), path: z.string(), oldText: z.string().nullish(), newText: z.string() }),
  z.looseObject({ type: z.string() }),
]);
type Part = z.infer<typeof partSchema>;

/** A tool call, or what changed of one, as an agent sends it; a field that does not parse counts as not sent. */
export const acpToolCallSchema = z.looseObject({
  toolCallId: z.string(),
  title: z.string().nullish().catch(undefined),
  kind: z.string().nullish().catch(undefined),
  status: z.string().nullish().catch(undefined),
  content: z
    .array(partSchema.catch({ type: 'unknown' }))
    .nullish()
    .catch(undefined),
  locations: z
    .array(z.looseObject({ path: z.string(), line: z.number().nullish().catch(undefined) }))
    .nullish()
    .catch(undefined),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  // codex-acp's own: what a command printed since it was told last.
  _meta: z
    .looseObject({ terminal_output_delta: z.looseObject({ data: z.string() }).optional() })
    .nullish()
    .catch(undefined),
});
export type AcpToolCall = z.infer<typeof acpToolCallSchema>;

/** The call with what changed. An agent may update a call that it never announced: gemini does when it asked permission for it. */
export function mergeToolCall(before: ToolCall | undefined, change: AcpToolCall): ToolCall {
  const input = inputOf(change.rawInput) ?? before?.input;
  const content = change.content ?? undefined;
  const printed = change._meta?.terminal_output_delta?.data;
  const output = outputOf(content, change.rawOutput) ?? (printed === undefined ? before?.output : withMoreOutput(before?.output, printed));
  const diff = diffsOf(content) ?? before?.diff;
  const locations = locationsOf(change) ?? before?.locations;
  return {
    id: change.toolCallId,
    kind: toolKinds.find((kind) => kind === change.kind) ?? before?.kind ?? 'other',
    title: titleOf(change) ?? before?.title ?? keptTitle(change.toolCallId),
    status: statusOf(change.status) ?? before?.status ?? 'pending',
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(diff !== undefined && { diff }),
    ...(locations !== undefined && { locations }),
  };
}

/** As it is where it can be written down, else as text: it may be as long as a file, or nested deeper than can be walked. */
function inputOf(raw: unknown): unknown {
  if (raw === undefined || raw === null) return undefined;
  const text = jsonTextOf(raw);
  if (text === undefined) return tooDeep;
  return text.length <= mostOutput ? raw : keptOutput(text);
}

const tooDeep = '(nested too deep)';

/** `undefined` for what is nested deeper than can be written. */
function jsonTextOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, null, 2);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const titleOf = ({ title }: AcpToolCall): string | undefined => (typeof title === 'string' ? keptTitle(title) : undefined);

function statusOf(status: string | null | undefined): ToolCall['status'] | undefined {
  if (status === 'in_progress') return 'running';
  return status === 'pending' || status === 'completed' || status === 'failed' ? status : undefined;
}

function outputOf(content: readonly Part[] | undefined, raw: unknown): string | undefined {
  const texts = (content ?? []).flatMap((part) => {
    const block = contentSchema.safeParse(part['content']);
    return block.success ? [block.data.text ?? block.data.uri ?? `[${block.data.type}]`] : [];
  });
  if (texts.length > 0) return keptOutput(texts.join('\n'));
  if (typeof raw === 'string') return keptOutput(raw);
  return raw === undefined || raw === null || content?.some(isDiff) === true ? undefined : keptOutput(jsonTextOf(raw) ?? tooDeep);
}

function isDiff(part: Part): part is Extract<Part, { newText: string }> {
  return part.type === 'diff' && 'newText' in part;
}

function diffsOf(content: readonly Part[] | undefined): FileDiff[] | undefined {
  const diffs = (content ?? []).filter(isDiff).map((part) => ({ path: part.path, old_text: part.oldText ?? null, new_text: part.newText }));
  return diffs.length > 0 ? diffs : undefined;
}

function locationsOf({ locations }: AcpToolCall): ToolCall['locations'] {
  return locations?.map(({ path, line }) => (Number.isInteger(line) ? { path, line: line as number } : { path }));
}
