import * as z from 'zod';
import type { FileDiff, ToolCall } from '../../model/entry.js';
import { keptOutput, withMoreOutput } from '../../model/toolOutput.js';
import { keptTitle } from '../../model/toolTitle.js';
import { unifiedDiffs } from '../../model/unifiedDiff.js';
import type { CodexItem } from './codexMessages.js';

const commandSchema = z.looseObject({
  command: z.string(),
  cwd: z.string().nullish(),
  status: z.string(),
  commandActions: z.array(z.looseObject({ type: z.string() })).catch([]),
  aggregatedOutput: z.string().nullish(),
});
const changeSchema = z.looseObject({
  path: z.string(),
  kind: z.looseObject({ type: z.string(), move_path: z.string().nullish() }),
  diff: z.string(),
});
const patchSchema = z.looseObject({ changes: z.array(changeSchema), status: z.string() });
const mcpSchema = z.looseObject({
  server: z.string(),
  tool: z.string(),
  status: z.string(),
  arguments: z.unknown().optional(),
  result: z
    .looseObject({ content: z.array(z.looseObject({ text: z.string().optional() })) })
    .nullish()
    .catch(undefined),
  error: z.looseObject({ message: z.string() }).nullish().catch(undefined),
});
const otherSchema = z.looseObject({ tool: z.string().optional(), query: z.string().optional(), path: z.string().optional() });

const kinds: ReadonlyMap<string, ToolCall['kind']> = new Map([
  ['webSearch', 'fetch'],
  ['imageView', 'read'],
  ['collabAgentToolCall', 'other'],
  ['dynamicToolCall', 'other'],
]);

/** A part of a turn as a tool's call; `undefined` for one that is none. */
export function codexCall(item: CodexItem): ToolCall | undefined {
  switch (item.type) {
    case 'commandExecution': {
      const { command, cwd, status, commandActions, aggregatedOutput: output } = commandSchema.parse(item);
      const shown = withoutShell(command);
      return {
        id: item.id,
        kind: commandActions.length > 0 && commandActions.every(({ type }) => type !== 'unknown') ? 'read' : 'execute',
        title: keptTitle(shown),
        status: statusOf(status),
        input: { command: shown, ...(typeof cwd === 'string' && { cwd }) },
        ...(typeof output === 'string' && { output: keptOutput(output) }),
      };
    }
    case 'fileChange': {
      const { changes, status } = patchSchema.parse(item);
      const diff = changes.flatMap(diffsOf);
      const paths = [...new Set(diff.map(({ path }) => path))];
      return {
        id: item.id,
        kind: 'edit',
        title: keptTitle(`Edit ${paths.join(', ')}`),
        status: statusOf(status),
        diff,
        locations: paths.map((path) => ({ path })),
      };
    }
    case 'mcpToolCall': {
      const { server, tool, status, arguments: input, result, error } = mcpSchema.parse(item);
      const output = error?.message ?? result?.content.flatMap((part) => part.text ?? []).join('\n');
      const call = { id: item.id, kind: 'other' as const, title: keptTitle(`${server}: ${tool}`), status: statusOf(status), input };
      return { ...call, ...(output !== undefined && { output: keptOutput(output) }) };
    }
    default: {
      const kind = kinds.get(item.type);
      if (kind === undefined) return undefined;
      const { tool, query, path, ...rest } = otherSchema.parse(item);
      return { id: item.id, kind, title: keptTitle(query ?? path ?? tool ?? item.type), status: statusOf(rest['status']) };
    }
  }
}

/** Adds what a command printed while it runs. */
export function withOutput(call: ToolCall, delta: string): ToolCall {
  return { ...call, output: withMoreOutput(call.output, delta) };
}

function statusOf(status: unknown): ToolCall['status'] {
  if (status === 'declined') return 'denied';
  if (status === 'failed') return 'failed';
  return status === 'inProgress' ? 'running' : 'completed';
}

/** Codex runs a command with the person's shell and shows it so. */
function withoutShell(command: string): string {
  const [, quoted, plain] = /^\S*\/(?:ba|z|da)?sh -l?c (?:'([^]*)'|([^'"\s]+))$/.exec(command) ?? [];
  return quoted?.replaceAll(`'\\''`, "'") ?? plain ?? command;
}

function diffsOf({ path, kind, diff }: z.infer<typeof changeSchema>): FileDiff[] {
  if (kind.type === 'add') return [{ path, old_text: null, new_text: diff }];
  if (kind.type === 'delete') return [{ path, old_text: diff, new_text: '' }];
  return unifiedDiffs(kind.move_path ?? path, diff);
}
