import * as path from 'node:path';
import * as z from 'zod';
import { writeDurably } from './durable.js';
import { withFileErrors } from './fileError.js';
import { freshId } from './freshId.js';
import { appendJsonLine, readJsonLines } from './jsonLines.js';
import { stepsSchema } from './step.js';
import type { StoreContext } from './storeContext.js';

const base = { id: z.string().min(1), timestamp: z.string() };

/** Fields of one record; `null` for one that is not there. */
const fieldsShape = { before: z.record(z.string(), z.unknown()), after: z.record(z.string(), z.unknown()) };

const fieldsSchema = z.object({ id: z.string(), ...fieldsShape });
export type FieldsChange = z.infer<typeof fieldsSchema>;

/** What a change does, as far as undoing it needs to know. */
const actSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('update'), ...fieldsShape }),
  /** Files that move, and then the records that change: what doctor mends in one go. */
  z.object({ kind: z.literal('move'), steps: stepsSchema, updates: z.array(fieldsSchema).optional() }),
  /** The caller knows how: `undo` hands `data` back. */
  z.object({ kind: z.literal('outside'), data: z.unknown() }),
]);

/** A change that can be undone, written before the act. */
const changeSchema = z.looseObject({
  ...base,
  type: z.literal('change'),
  program: z.string(),
  surface: z.string(),
  what: z.string(),
  ids: z.array(z.string()),
  act: actSchema,
});
export type Change = z.infer<typeof changeSchema>;

/** What became of the change with this id: `done`, `undone`, or `void` when it never came to the act. */
const markSchema = z.looseObject({ ...base, type: z.enum(['done', 'undone', 'void']) });

export const journalLineSchema = z.discriminatedUnion('type', [changeSchema, markSchema]);
export type JournalLine = z.infer<typeof journalLineSchema>;

/** Above this the oldest changes are dropped, down to the last `kept`. */
const sizeLimit = 1024 * 1024;
const kept = 500;

const fileOf = (context: StoreContext): string => path.join(context.root, 'journal.jsonl');

/** Journals a change, flushed, before the act. Resolves with it. */
export async function journalChange(context: StoreContext, change: Pick<Change, 'what' | 'ids' | 'act'>): Promise<Change> {
  const { program, surface } = context.actor;
  const line: Change = { type: 'change', id: freshId(), timestamp: context.now().toISOString(), program, surface, ...change };
  await appendJournal(context, line);
  return line;
}

/** The line that says what became of a change. */
export function markOf(context: StoreContext, change: Pick<Change, 'id'>, type: 'done' | 'undone' | 'void'): JournalLine {
  return { type, id: change.id, timestamp: context.now().toISOString() };
}

export async function appendJournal(context: StoreContext, line: JournalLine): Promise<void> {
  const file = fileOf(context);
  await withFileErrors(file, () =>
    context.lock(path.join(context.root, 'journal.lock'), async (held) => {
      if ((await appendJsonLine(context.port, file, line)) <= sizeLimit) return;
      const lines = await readJournal(context);
      const last = new Set(
        lines
          .filter(({ type }) => type === 'change')
          .slice(-kept)
          .map(({ id }) => id),
      );
      const text = lines.flatMap((each) => (last.has(each.id) ? `${JSON.stringify(each)}\n` : [])).join('');
      await writeDurably(context.port, file, Buffer.from(text), { beforeRename: () => held.assert() });
    }),
  );
}

/** The lines that are ours, in order. */
async function readJournal(context: StoreContext): Promise<readonly JournalLine[]> {
  const file = fileOf(context);
  const values = await withFileErrors(file, () => readJsonLines(context.port, file));
  return values.flatMap((value) => journalLineSchema.safeParse(value).data ?? []);
}

/** A change of the actor's surface that is not undone yet, and whether its act is known to have been completed. */
export interface OpenChange {
  readonly change: Change;
  readonly isDone: boolean;
}

/** The changes that this surface could undo, the last first. */
export async function undoable(context: StoreContext): Promise<readonly OpenChange[]> {
  const lines = await readJournal(context);
  const marks = new Map<string, Set<string>>();
  for (const { id, type } of lines) marks.set(id, (marks.get(id) ?? new Set()).add(type));
  return lines
    .flatMap((line) => (line.type === 'change' && line.surface === context.actor.surface ? [line] : []))
    .filter(({ id }) => marks.get(id)?.has('undone') !== true && marks.get(id)?.has('void') !== true)
    .map((change) => ({ change, isDone: marks.get(change.id)?.has('done') === true }))
    .reverse();
}
