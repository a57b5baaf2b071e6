import { stat } from 'node:fs/promises';
import type { Entry } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { addTokens, noTokens, type TokenUsage } from '../../model/usage.js';
import { findCodexFiles, type CodexFile, type CodexFiles } from './codexFiles.js';
import { codexHistory } from './codexHistory.js';
import { CodexNames, markedRow } from './codexNames.js';
import { codexEnds, codexRow, type CodexRow } from './codexRow.js';
import { CodexTranscript } from './codexTranscript.js';
import { CodexUsage } from './codexUsage.js';
import { FileRows } from '../fileRows.js';
import { KeptRows } from '../keptRows.js';
import { programHomes } from '../programHomes.js';
import { watchCodex } from './codexWatch.js';
import type { Source, SourceInfo, SourceList, SourceOptions } from '../source.js';

const readOnly = 'Codex keeps positions within its files and names in a database: only Codex itself can change its sessions safely';

/**
 * Codex's own store, `$CODEX_HOME` or `~/.codex`: a file of JSON lines for each thread below `sessions` and
 * `archived_sessions`. Its databases are made from these and tell little more; where they differ, the files are right.
 */
export function codexSource(options: SourceOptions): Source {
  const { env } = options;
  const home = programHomes.codex(options);
  const names = new CodexNames(home, [env['CODEX_SQLITE_HOME'] || home]);
  let files: CodexFiles = { threads: new Map(), rollouts: new Map(), problems: [] };
  const sums = new Map<string, { readonly stamp: string; readonly usage: TokenUsage }>();
  const kept = options.cache === undefined ? undefined : new KeptRows<CodexRow>(options.cache, 'codex');
  const rows = new FileRows((opened, file: CodexFile) => codexRow(file, opened), { kept, ends: codexEnds });

  async function list(signal?: AbortSignal): Promise<SourceList> {
    files = await findCodexFiles(home, signal);
    const { found, problems: unread } = await rows.get([...files.threads.values()], signal);
    const problems: Problem[] = [...files.problems, ...unread];
    const marks = names.read(problems);
    const list: SessionRow[] = [];
    const stamps = new Map<string, string>();
    for (const { file, value, stamp } of found) {
      const row = value.needsSum ? await summed(file, value, stamp, problems) : value.row;
      if (row.problem) problems.push(row.problem);
      else if (value.base !== undefined && !files.rollouts.has(value.base)) {
        problems.push({ kind: 'orphaned', detail: `rollout ${value.base}, which it goes on from, is gone`, path: file.path });
      }
      list.push(markedRow(row, marks.get(file.threadId)));
      stamps.set(row.id, stamp);
    }
    return { rows: list, problems, stamps };
  }

  /** The row with its tokens counted in all of its history. */
  async function summed(file: CodexFile, { row }: CodexRow, stamp: string, problems: Problem[]): Promise<SessionRow> {
    const known = sums.get(row.id);
    let usage = known?.usage ?? noTokens;
    if (known?.stamp !== stamp) {
      try {
        usage = await ownUsage(file);
        sums.set(row.id, { stamp, usage });
      } catch (error) {
        problems.push({ kind: 'unreadable', detail: messageOf(error), path: row.path });
      }
    }
    return { ...row, token_usage: usage, tokens: usage.total };
  }

  async function ownUsage(file: CodexFile): Promise<TokenUsage> {
    const counter = new CodexUsage();
    let usage = noTokens;
    for await (const { record, from } of codexHistory(files, file)) {
      const used = record && counter.next(record);
      if (used && from === undefined) usage = addTokens(usage, used);
    }
    return usage;
  }

  async function read(ownId: string): Promise<readonly Entry[]> {
    if (files.threads.has(ownId)) {
      try {
        return await readIn(files, ownId);
      } catch (error) {
        // Archived or compressed since the last look: it is somewhere else.
        if (!(error instanceof SessionError) || error.code !== 'gone') throw error;
      }
    }
    files = await findCodexFiles(home);
    return readIn(files, ownId);
  }

  return {
    name: 'codex',
    title: 'Codex',
    info: async (): Promise<SourceInfo> => {
      const found = await stat(home).then(
        (state) => state.isDirectory(),
        () => false,
      );
      const base = { name: 'codex', title: 'Codex', path: home, found, readOnly };
      if (!found) return base;
      const { threads, problems } = await findCodexFiles(home);
      const said = problems[0] ? `${problems[0].path}: ${problems[0].detail}` : names.missing();
      return { ...base, count: threads.size, ...(said === undefined ? {} : { problem: said }) };
    },
    list,
    read,
    watch: (changed) => watchCodex(home, changed),
  };
}

async function readIn(files: CodexFiles, ownId: string): Promise<readonly Entry[]> {
  const file = files.threads.get(ownId);
  if (!file) throw new SessionError('not_found', `Codex has no session ${ownId}`);
  const transcript = new CodexTranscript();
  try {
    for await (const step of codexHistory(files, file)) transcript.add(step);
  } catch (error) {
    throw unreadable(file.path, error);
  }
  return transcript.end();
}

/** What the system or the unpacking says, with the file's name; anything else is a bug. */
function unreadable(path: string, error: unknown): unknown {
  if (error instanceof SessionError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOENT') return new SessionError('gone', `${path} is gone`, { cause: error });
  return new SessionError('damaged', `${path}: ${error.message}`, { cause: error });
}
