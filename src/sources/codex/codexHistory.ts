import { createHash } from 'node:crypto';
import type { JsonLine } from '../jsonLines.js';
import { openCodexFile } from './codexBytes.js';
import type { CodexFile, CodexFiles } from './codexFiles.js';
import { baseOf, codexMetaOf, codexRecord, type CodexHistoryBase, type CodexMeta, type CodexRecord } from './codexRecord.js';

/** A record of a thread's history, or why there is none at its place. */
export interface CodexStep {
  readonly record?: CodexRecord;
  readonly problem?: string;
  /** Where it stands: the same each time, as rollouts are only appended to. */
  readonly place: string;
  /** The thread that it was inherited from; that one counts what it used. */
  readonly from?: string;
}

/** A file of a history, as far as it goes in. */
interface Segment {
  readonly file: CodexFile;
  readonly meta: CodexMeta | undefined;
  readonly until?: CodexHistoryBase;
}

/**
 * All of a thread's history in its order, the part before a fork read from the parent's file, up to where the fork points.
 * A parent that is gone is said where its part would be. `within`: the threads that are compared with this one.
 */
export async function* codexHistory(files: CodexFiles, file: CodexFile, within: readonly string[] = []): AsyncGenerator<CodexStep> {
  const segments: Segment[] = [];
  const seen = new Set<string>();
  let next: CodexFile | undefined = file;
  let until: CodexHistoryBase | undefined;
  while (next !== undefined && !seen.has(next.path)) {
    seen.add(next.path);
    const meta: CodexMeta | undefined = await metaOf(next);
    segments.unshift({ file: next, meta, ...(until === undefined ? {} : { until }) });
    until = meta && baseOf(meta);
    if (until === undefined) next = undefined;
    else {
      next = files.rollouts.get(until.thread_id);
      if (next === undefined) yield { problem: `What was said before is missing: rollout ${until.thread_id} is gone.`, place: 'parent' };
    }
  }
  for (const segment of segments) {
    const { threadId } = segment.file;
    const inherited = threadId === file.threadId ? {} : { from: threadId };
    for await (const step of stepsOf(files, segment, within)) yield { ...step, ...inherited };
  }
}

async function metaOf(file: CodexFile): Promise<CodexMeta | undefined> {
  for await (const { value } of openCodexFile(file)) {
    const record = codexRecord(value);
    return record && codexMetaOf(record);
  }
  return undefined;
}

async function* stepsOf(files: CodexFiles, { file, meta, until }: Segment, within: readonly string[]): AsyncGenerator<CodexStep> {
  const copied = meta && copiedPart(files, meta, [...within, file.threadId]);
  let isFirst = true;
  try {
    for await (const line of openCodexFile(file)) {
      const { value, problem } = line;
      const place = `${file.rolloutId}:${String(line.line)}`;
      const record = codexRecord(value);
      if (until !== undefined && isPast(until, record, line)) return;
      if (record === undefined) {
        if (problem !== undefined) yield { problem: `A part of the rollout cannot be read: ${problem}.`, place };
        continue;
      }
      const from = isFirst ? undefined : await copied?.from(record);
      isFirst = false;
      yield { record, place, ...(from === undefined ? {} : { from }) };
    }
  } finally {
    await copied?.close();
  }
}

/** What a file may have copied from its parent; nothing where that one is being compared already: damage can make a loop of forks. */
function copiedPart(files: CodexFiles, meta: CodexMeta, within: readonly string[]): CopiedPart | undefined {
  const { forked_from_id: parent } = meta;
  return parent === undefined || baseOf(meta) || within.includes(parent) ? undefined : new CopiedPart(files, parent, within);
}

/** By ordinal where records have one: bytes tell only as long as nothing was rewritten. */
function isPast(
  { end_ordinal_exclusive: ordinal, end_byte_offset: bytes }: CodexHistoryBase,
  record: CodexRecord | undefined,
  line: JsonLine,
): boolean {
  if (ordinal !== undefined && record?.ordinal !== undefined) return record.ordinal >= ordinal;
  if (bytes !== undefined) return line.offset >= bytes;
  return ordinal !== undefined && line.line > ordinal;
}

/** Forks of older versions begin with a copy of their parent's records: it ends with the first that the parent has not. */
class CopiedPart {
  readonly #files: CodexFiles;
  readonly #parentId: string;
  readonly #within: readonly string[];
  #parent: AsyncGenerator<CodexStep> | undefined;
  #isOver = false;

  constructor(files: CodexFiles, parentId: string, within: readonly string[]) {
    this.#files = files;
    this.#parentId = parentId;
    this.#within = within;
  }

  /** The parent's id while records are its own. */
  async from(record: CodexRecord): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    if (record.kind === 'session_meta') return this.#parentId;
    const parent = this.#files.threads.get(this.#parentId);
    this.#parent ??= parent && codexHistory(this.#files, parent, this.#within);
    const wanted = digestOf(record);
    // Not all is copied: the parent's records in between are passed over.
    for (let step = await this.#parent?.next(); step && !step.done; step = await this.#parent?.next()) {
      if (step.value.record && digestOf(step.value.record) === wanted) return this.#parentId;
    }
    this.#isOver = true;
    return undefined;
  }

  /** Closes the parent's file, of which there may be more than was copied. */
  async close(): Promise<void> {
    await this.#parent?.return(undefined);
  }
}

const digestOf = ({ kind, payload }: CodexRecord): string => createHash('sha1').update(kind).update(JSON.stringify(payload)).digest('hex');
