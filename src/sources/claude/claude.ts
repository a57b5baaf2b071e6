import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../model/entry.js';
import { messageOf, SessionError } from '../../model/errors.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { noTokens } from '../../model/usage.js';
import { claudeEnds, readClaudeBrief } from './claudeBrief.js';
import { findClaudeFiles, type ClaudeFile } from './claudeFiles.js';
import { ClaudeLineage, memberOf, ownUse, type ClaudeMember } from './claudeLineage.js';
import { claudeRemoval, renameClaude } from './claudeChange.js';
import { claudeRow, isAgentFile } from './claudeRow.js';
import { ClaudeTranscript } from './claudeTranscript.js';
import type { CostState } from './claudeUsage.js';
import { FileRows, type RowFile } from '../fileRows.js';
import { KeptRows } from '../keptRows.js';
import { programHomes } from '../programHomes.js';
import { watchFolders } from './claudeWatch.js';
import { damagedForeignRow } from '../foreignRow.js';
import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import { readJsonLines } from '../jsonLines.js';
import type { Source, SourceInfo, SourceList, SourceOptions } from '../source.js';

/** Bytes of forks that one list reads whole, to tell their own use from their parents'; the rest follows at the next. */
const forkBytes = 8 * 1024 * 1024;

/** A file as the list knows it. */
interface Known {
  /** As if it were no fork. */
  readonly row: SessionRow;
  readonly size: number;
  /** Absent for a sub-agent, which has no kin and whose use is in its session's sum, and for what is damaged. */
  readonly member?: ClaudeMember;
}

interface Session {
  readonly known: Known;
  row: SessionRow;
}

/** Claude Code's own store, `projects` in `$CLAUDE_CONFIG_DIR` or `~/.claude`: a file of JSON lines for each session. */
export function claudeSource(options: SourceOptions): Source {
  const config = programHomes.claude(options);
  const projects = join(config, 'projects');
  const kept = options.cache === undefined ? undefined : new KeptRows<Known | undefined>(options.cache, 'claude');
  const rows = new FileRows((opened, file: ClaudeFile) => known(file, opened), { kept, ends: claudeEnds });
  const lineage = new ClaudeLineage();
  let listed: ReadonlyMap<string, Session> | undefined;
  let lists: Promise<unknown> = Promise.resolve();

  /** One at a time: lists share what is known of the files, and the next finds what the one before it has read. */
  function list(signal?: AbortSignal): Promise<SourceList> {
    const next = lists.then(() => listNow(signal));
    lists = next.catch(() => undefined);
    return next;
  }

  async function listNow(signal?: AbortSignal): Promise<SourceList> {
    const found = await findClaudeFiles(projects);
    const { found: read, problems } = await rows.get(found.files, signal);
    const sessions = new Map<string, Session>();
    const stamps = new Map<string, string>();
    for (const { file, value, stamp } of read) {
      if (!value) continue;
      const other = sessions.get(value.row.id);
      // Moved to another project's folder: the one that was used last is the session.
      if (other && other.known.row.last_used_at >= value.row.last_used_at) continue;
      sessions.set(value.row.id, { known: value, row: titled(value.row, file.title) });
      stamps.set(value.row.id, stamp);
    }
    lineage.update(
      [...sessions.values()].flatMap(({ known }) => known.member ?? []),
      stamps,
    );
    let budget = forkBytes;
    for (const member of lineage.forks()) {
      const session = sessions.get(`claude:${member.id}`);
      if (!session) continue;
      const isKnown = lineage.isKnown(member);
      const parent = isKnown || budget > 0 ? lineage.parentOf(member.id) : undefined;
      // One that is longer than that by itself is read all the same: it would never be otherwise.
      if (!isKnown) budget -= session.known.size;
      const id = parent?.id ?? member.namedParent;
      const row = withUse(session.row, ownUse(member, parent));
      session.row = id === undefined ? row : { ...row, parent_id: `claude:${id}` };
    }
    listed = sessions;
    const all = Array.from(sessions.values(), ({ row }) => row);
    return { rows: all, problems: [...found.problems, ...problems, ...all.flatMap(({ problem }) => problem ?? [])], stamps };
  }

  /** The row of a session: its file is known from the list alone, never made from the id. */
  async function rowOf(ownId: string): Promise<SessionRow> {
    const id = `claude:${ownId}`;
    if (!listed?.has(id)) await list();
    const row = listed?.get(id)?.row;
    if (!row) throw new SessionError('not_found', `Claude Code has no session ${ownId}`);
    return row;
  }

  async function read(ownId: string): Promise<readonly Entry[]> {
    const row = await rowOf(ownId);
    if (row.problem) throw new SessionError('damaged', `${row.id} cannot be read: ${row.problem.detail}`, { hint: row.path });
    const parent = lineage.parentOf(ownId);
    const isAgent = row.backend_session_id === undefined;
    const transcript = new ClaudeTranscript({
      sessionId: ownId,
      isAgent,
      copiedFrom: (record) => copiedFrom(record, ownId, isAgent, parent),
      costBefore: lineage.costBefore(ownId),
    });
    try {
      for await (const { value } of readJsonLines(row.path)) transcript.push(objectOf(value));
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new SessionError('not_found', `Claude Code has no session ${ownId} any more`);
    }
    return transcript.entries();
  }

  return {
    name: 'claude',
    title: 'Claude Code',
    info: async (): Promise<SourceInfo> => {
      const base = { name: 'claude', title: 'Claude Code', path: projects };
      try {
        if (!lstatSync(projects).isDirectory()) return { ...base, found: false };
      } catch (error) {
        return isMissing(error) ? { ...base, found: false } : { ...base, found: true, problem: messageOf(error) };
      }
      const { rows } = await list();
      const versions = rows.map((row) => stringOf(row.metadata['version'])).filter(Boolean);
      const version = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
      return { ...base, found: true, count: rows.length, ...(version !== undefined && { version }) };
    },
    list,
    read,
    rename: async (ownId, title) => renameClaude(config, await rowOf(ownId), title, options.now ?? Date.now),
    removal: claudeRemoval(config, rowOf, options.now ?? Date.now),
    watch: (changed) => watchFolders(projects, changed),
  };
}

function known(file: ClaudeFile, opened: RowFile): Known | undefined {
  const { path, stat } = opened;
  const { size, mtimeMs: modifiedMs } = stat;
  const brief = readClaudeBrief(opened);
  if (!brief) {
    const problem: Problem = { kind: 'damaged', detail: size === 0 ? 'the file is empty' : 'no line of the file is a record', path };
    return { row: damagedForeignRow('claude', file.id, problem, modifiedMs), size };
  }
  // Titles and settings alone are no session: the program does not show or resume it either.
  if (!brief.first.hasMessages) return undefined;
  const row = claudeRow(file, brief, modifiedMs);
  if (isAgentFile(file, brief.first.record ?? {})) return { row, size };
  return { row: withUse(row, brief.last.cost), size, member: memberOf(row, brief) };
}

const titled = (row: SessionRow, title: string | undefined): SessionRow =>
  title === undefined || row.title_source === 'user' ? row : { ...row, title, title_source: 'user' };

function withUse(row: SessionRow, use: Pick<CostState, 'usd' | 'tokens'> = { usd: null, tokens: noTokens }): SessionRow {
  return { ...row, token_usage: use.tokens, tokens: use.tokens.total, cost_usd: use.usd };
}

/** Whose a record is that stands in this session's file and was written for another. */
function copiedFrom(
  record: JsonObject,
  ownId: string,
  isAgent: boolean,
  parent: ReturnType<ClaudeLineage['parentOf']>,
): string | undefined {
  if (isAgent) return undefined;
  const asked = stringOf(record['requestSessionId']);
  const written = stringOf(objectOf(record['forkedFrom'])['sessionId']) || stringOf(record['sessionId']);
  const other = [asked, written].find((id) => id !== '' && id !== ownId);
  if (other !== undefined) return `claude:${other}`;
  return parent?.uuids.has(stringOf(record['uuid'])) ? `claude:${parent.id}` : undefined;
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
