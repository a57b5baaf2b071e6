import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { autoTitle } from '../../model/autoTitle.js';
import type { SessionRow } from '../../model/row.js';
import type { ClaudeBrief } from './claudeBrief.js';
import type { ClaudeFile } from './claudeFiles.js';
import { foreignRow } from '../foreignRow.js';
import { promptStart } from '../promptStart.js';
import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** A session's row from its brief. What it used is not in it: that depends on other sessions. */
export function claudeRow(file: ClaudeFile, brief: ClaudeBrief, modifiedMs: number): SessionRow {
  const { first, last } = brief;
  const record = first.record ?? {};
  const agent = agentOf(file, record);
  const used = last.at ?? last.notedAt ?? first.messageAt ?? first.startedAt ?? new Date(modifiedMs).toISOString();
  const model = last.model ?? last.cost?.model;
  const prompt = first.prompt ?? promptStart(last.lastPrompt ?? '');
  const named = agent ? agent.description : (last.customTitle ?? '');
  const forked = stringOf(objectOf(record['forkedFrom'])['sessionId']);
  const parent = agent?.parent ?? (forked || undefined);
  return foreignRow({
    source: 'claude',
    ownId: file.id,
    path: file.path,
    title: (named || last.aiTitle || last.summary) ?? autoTitle(prompt),
    title_source: last.customTitle !== undefined && !agent ? 'user' : 'auto',
    backend: 'claude',
    ...(!agent && { backend_session_id: file.id }),
    ...(model !== undefined && { model }),
    status: last.error ? 'error' : 'active',
    ...(last.error && { error_message: last.error }),
    created_at: first.startedAt ?? first.messageAt ?? used,
    last_used_at: used,
    workdir: last.relocatedCwd ?? stringOf(record['cwd']),
    prompt,
    turn_count: last.turns ?? (prompt === '' ? 0 : 1),
    tags: last.tag ? [last.tag] : [],
    ...(parent !== undefined && { parent_id: `claude:${parent}` }),
    metadata: metadataOf(record, agent),
  });
}

interface Agent {
  readonly type: string;
  readonly description: string;
  readonly parent?: string;
}

/** A sub-agent: told by its place, its name, or by the mark that all its records have. */
export function isAgentFile(file: ClaudeFile, record: JsonObject): boolean {
  return file.parent !== undefined || file.id.startsWith('agent-') || record['isSidechain'] === true;
}

function agentOf(file: ClaudeFile, record: JsonObject): Agent | undefined {
  if (!isAgentFile(file, record)) return undefined;
  const parent = file.parent ?? stringOf(record['sessionId']);
  const about = aboutAgent(file);
  return {
    type: stringOf(about['agentType']),
    description: stringOf(about['description']),
    ...(parent !== '' && parent !== file.id && { parent }),
  };
}

/** `agent-<id>.meta.json` beside the transcript, in newer versions. */
function aboutAgent({ path, parent }: ClaudeFile): JsonObject {
  if (parent === undefined) return {};
  try {
    return objectOf(JSON.parse(readFileSync(`${path.slice(0, -basename(path).length)}${basename(path, '.jsonl')}.meta.json`, 'utf8')));
  } catch {
    // Without it, a sub-agent is called by its prompt.
    return {};
  }
}

function metadataOf(record: JsonObject, agent: Agent | undefined): Record<string, string> {
  const branch = stringOf(record['gitBranch']);
  const version = stringOf(record['version']);
  return {
    ...(branch !== '' && { branch }),
    ...(version !== '' && { version }),
    ...(agent && { agent: agent.type || 'sub-agent' }),
  };
}
