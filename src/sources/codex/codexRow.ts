import { fileURLToPath } from 'node:url';
import { autoTitle } from '../../model/autoTitle.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { noTokens, type TokenUsage } from '../../model/usage.js';
import { readCodexEnds } from './codexBytes.js';
import type { CodexFile } from './codexFiles.js';
import { codexHead, inheritedIn, type CodexHead } from './codexHead.js';
import { baseOf, parentOf, type CodexMeta } from './codexRecord.js';
import { codexTail } from './codexTail.js';
import { difference } from './codexUsage.js';
import type { RowFile } from '../fileRows.js';
import { promptStart } from '../promptStart.js';
import { damagedForeignRow, foreignRow } from '../foreignRow.js';

/** What is read of most files. */
export const codexEnds = { head: 16 * 1024, tail: 8 * 1024 };
/** Instructions and the like can come before the first prompt: some 35 kB of them. */
const longHeadBytes = 48 * 1024;
/** Where that does not reach. */
const moreBytes = [128 * 1024, 1024 * 1024];

export interface CodexRow {
  readonly row: SessionRow;
  /** Its tokens are not in the row: only all of its history tells them. */
  readonly needsSum: boolean;
  /** The rollout that it goes on from. */
  readonly base?: string | undefined;
}

/** One rollout as a row, from its beginning and its end. */
export function codexRow(file: CodexFile, opened: RowFile): CodexRow {
  const { path, stat } = opened;
  let ends = readCodexEnds(opened, stat.size > longHeadBytes + codexEnds.tail ? codexEnds.head : longHeadBytes, codexEnds.tail);
  if (ends.isWhole && ends.head.length === 0) return damaged(file, stat, 'the file is empty');
  let head = codexHead(ends.head);
  if (!ends.isWhole && !head.isSettled) {
    ends = readCodexEnds(opened, longHeadBytes, codexEnds.tail);
    head = codexHead(ends.head);
  }
  let tail = codexTail(ends.isWhole ? ends.head : ends.tail);
  for (const bytes of moreBytes) {
    const isHeadShort = head.prompt === '' || !head.meta;
    const isTailShort = tail.lastUsed === undefined || tail.total === undefined;
    if (ends.isWhole || !(isHeadShort || isTailShort)) break;
    ends = readCodexEnds(opened, isHeadShort ? bytes : longHeadBytes, isTailShort ? bytes : codexEnds.tail);
    if (isHeadShort) head = codexHead(ends.head);
    if (isTailShort) tail = codexTail(ends.isWhole ? ends.head : ends.tail);
  }
  const lastUsed = tail.lastUsed ?? head.created;
  const problem: Problem | undefined = head.meta ? undefined : { kind: 'damaged', detail: 'it does not begin with a session', path };
  if (lastUsed === undefined) return damaged(file, stat, problem?.detail ?? 'it tells no time');
  const usage = usageOf(head.meta, ends.head, tail.total ?? (ends.isWhole && !hasTokens(ends.head) ? noTokens : undefined));
  const { meta } = head;
  const parent = meta && parentOf(meta);
  const prompt = head.prompt;
  const row = foreignRow({
    source: 'codex',
    ownId: file.threadId,
    path,
    last_used_at: lastUsed,
    created_at: head.created ?? lastUsed,
    title: autoTitle(prompt),
    backend: 'codex',
    backend_session_id: file.threadId,
    workdir: workdirOf(head),
    prompt: promptStart(prompt),
    archived: file.isArchived,
    token_usage: usage ?? noTokens,
    ...ifSet('model', tail.model ?? head.model),
    ...ifSet('parent_id', parent === undefined ? undefined : `codex:${parent}`),
    ...(tail.error === undefined ? {} : { status: 'error' as const, error_message: tail.error }),
    metadata: metadataOf(meta),
    ...(problem ? { problem } : {}),
  });
  return { row, needsSum: usage === undefined, base: meta && baseOf(meta)?.thread_id };
}

const hasTokens = (bytes: Buffer): boolean => bytes.includes('"token_count"') || bytes.includes('"token_usage_record"');

/** What this thread used itself; `undefined` where that cannot be told from here. */
function usageOf(meta: CodexMeta | undefined, head: Buffer, total: TokenUsage | undefined): TokenUsage | undefined {
  if (total === undefined || meta === undefined) return total;
  const isFork = meta.forked_from_id !== undefined;
  const isPointing = baseOf(meta) !== undefined;
  if (!isFork && !isPointing) return total;
  // A copied history is told from the own part only by comparing, and a thread's later file has its beginning elsewhere.
  if (!isFork || !isPointing) return undefined;
  if (total.total === 0) return total;
  const before = inheritedIn(head);
  return before && difference(total, before);
}

function damaged(file: CodexFile, stat: RowFile['stat'], detail: string): CodexRow {
  const problem: Problem = { kind: 'damaged', detail, path: file.path };
  const row = damagedForeignRow('codex', file.threadId, problem, stat.mtimeMs);
  return { row: { ...row, backend: 'codex', archived: file.isArchived }, needsSum: false };
}

function workdirOf({ workdir = '' }: CodexHead): string {
  if (!workdir.startsWith('file://')) return workdir;
  try {
    return fileURLToPath(workdir);
  } catch {
    // A folder of another system: shown as it is.
    return workdir;
  }
}

function metadataOf(meta: CodexMeta | undefined): Record<string, unknown> {
  if (!meta) return {};
  return {
    ...ifSet('branch', meta.branch),
    ...ifSet('originator', meta.originator),
    ...ifSet('program_version', meta.cli_version),
    ...ifSet('agent', meta.agent_nickname ?? meta.spawn?.agent_nickname ?? meta.spawn?.agent_role),
  };
}

const ifSet = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> =>
  value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, string>);
