import * as z from 'zod';
import type { TokenUsage } from '../../model/usage.js';
import { damagedForeignRow, foreignRow } from '../foreignRow.js';
import { sessionStatuses } from '../../model/sessionStatus.js';
import type { SessionRow } from '../../model/row.js';
import { promptStart } from '../promptStart.js';

const count = z.number().int().nonnegative().catch(0);
const text = z.string().catch('');
const time = z.iso.datetime({ offset: true });

/** A clinvk session: the shape its documents show and the one the program writes, whichever keys are there. */
const clinvkSchema = z.looseObject({
  id: z.string().optional(),
  backend: text,
  created_at: time,
  last_used: time.optional(),
  last_used_at: time.optional(),
  working_dir: text.optional(),
  workdir: text.optional(),
  initial_prompt: text.optional(),
  prompt: text.optional(),
  backend_session_id: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  title: text.optional(),
  status: z.enum(sessionStatuses).catch('active'),
  turn_count: count.optional(),
  token_usage: z
    .looseObject({
      input_tokens: count.optional(),
      output_tokens: count.optional(),
      cached_tokens: count.optional(),
      reasoning_tokens: count.optional(),
      input: count.optional(),
      output: count.optional(),
      cached: count.optional(),
      reasoning: count.optional(),
      total: count.optional(),
    })
    .nullable()
    .optional()
    .catch(null),
  tags: z.array(z.string()).nullable().optional().catch(null),
  metadata: z.record(z.string(), z.unknown()).nullable().optional().catch(null),
  parent_id: z.string().optional().catch(undefined),
  error_message: z.string().optional().catch(undefined),
});
type ClinvkRecord = z.infer<typeof clinvkSchema>;

export type ClinvkFile = { readonly row: SessionRow; readonly prompt: string };

/**
 * One file as a row. What does not parse becomes a row that says so, dated by the file's own time, so that it is seen.
 * `stem` is the file's name without `.json`: clinvk finds a session by it, whatever `id` says.
 */
export function readClinvkRecord(stem: string, path: string, content: string, modified: Date): ClinvkFile {
  const damaged = (detail: string): ClinvkFile => ({
    prompt: '',
    row: damagedForeignRow('clinvk', stem, { kind: 'damaged', detail, path }, modified.getTime()),
  });
  if (content.trim() === '') return damaged('the file is empty');
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return damaged('the file is not whole JSON');
  }
  const parsed = clinvkSchema.safeParse(json);
  if (!parsed.success) return damaged(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const record = parsed.data;
  const row = rowOf(stem, path, record);
  if (record.id !== undefined && record.id !== stem) {
    return { prompt: row.prompt, row: { ...row, problem: { kind: 'damaged', detail: `the file says it is ${record.id}`, path } } };
  }
  return { row, prompt: record.initial_prompt ?? record.prompt ?? '' };
}

function rowOf(stem: string, path: string, record: ClinvkRecord): SessionRow {
  const created = utc(record.created_at);
  const used = utc(record.last_used ?? record.last_used_at ?? record.created_at);
  const prompt = promptStart(record.initial_prompt ?? record.prompt ?? '');
  const tokens = tokensOf(record.token_usage);
  return foreignRow({
    ...{ source: 'clinvk', ownId: stem, path, last_used_at: used },
    title: record.title ?? '',
    backend: record.backend,
    ...(record.backend_session_id === undefined ? {} : { backend_session_id: record.backend_session_id }),
    ...(record.model === undefined ? {} : { model: record.model }),
    status: record.status,
    created_at: created,
    workdir: record.working_dir ?? record.workdir ?? '',
    prompt,
    token_usage: tokens,
    turn_count: record.turn_count ?? 0,
    tags: record.tags ?? [],
    metadata: record.metadata ?? {},
    ...(record.parent_id === undefined ? {} : { parent_id: `clinvk:${record.parent_id}` }),
    ...(record.error_message === undefined ? {} : { error_message: record.error_message }),
  });
}

function tokensOf(usage: ClinvkRecord['token_usage']): TokenUsage {
  const input = usage?.input_tokens ?? usage?.input ?? 0;
  const output = usage?.output_tokens ?? usage?.output ?? 0;
  return {
    input,
    output,
    cached: usage?.cached_tokens ?? usage?.cached ?? 0,
    reasoning: usage?.reasoning_tokens ?? usage?.reasoning ?? 0,
    // The program stores no total; its own lists show the sum of these two.
    total: usage?.total ?? input + output,
  };
}

const utc = (time: string): string => new Date(time).toISOString();
