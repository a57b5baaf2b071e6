import { autoTitle } from '../../model/autoTitle.js';
import type { SessionRow } from '../../model/row.js';
import { foreignRow } from '../foreignRow.js';
import { timeOfMs } from '../jsonText.js';
import { countOf, stringOf, timeOf, type JsonObject } from '../jsonValue.js';
import { openclawKey } from './openclawKey.js';
import { openclawText } from './openclawText.js';
import { promptStart } from '../promptStart.js';

/** What the beginning and the end of a transcript tell of its session. */
export interface OpenclawFacts {
  /** The header: `{ type: 'session', id, timestamp, cwd, parentSession? }`. */
  readonly header: JsonObject;
  /** The first message of the person. */
  readonly prompt?: JsonObject | undefined;
  /** The last entry that has a time, and the last answer. */
  readonly last?: JsonObject | undefined;
  readonly answer?: JsonObject | undefined;
  /** The name given in the transcript. */
  readonly name?: string | undefined;
}

export interface OpenclawSession {
  readonly id: string;
  /** Of whose store it is. */
  readonly agent: string;
  /** Empty for a transcript that no key leads to any more. */
  readonly key: string;
  /** The session's entry in `sessions.json`, or the database's columns put in its shape. */
  readonly entry: JsonObject;
  readonly facts: OpenclawFacts;
  readonly path: string;
  /** Times to fall back to, in milliseconds. */
  readonly created?: unknown;
  readonly updated?: unknown;
}

/** The row of a session; `parentOf` tells the session id that a session key leads to. */
export function openclawRow(session: OpenclawSession, parentOf: (key: string) => string | undefined): SessionRow {
  const { id, agent, key, entry, facts, path } = session;
  const message = facts.answer;
  const prompt = facts.prompt ? openclawText(facts.prompt['content']) : '';
  const label = stringOf(entry['label']);
  const name = label || [entry['displayName'], entry['subject'], facts.name].map(stringOf).find(Boolean);
  const model = stringOf(entry['model']) || stringOf(message?.['model']);
  const created = timeOf(stringOf(facts.header['timestamp'])) ?? timeOfMs(session.created);
  const said = timeOf(stringOf(facts.last?.['timestamp']));
  const latest = timeOfMs(entry['updatedAt']) ?? said ?? timeOfMs(session.updated) ?? created ?? new Date(0).toISOString();
  // What a fork took over is older than itself.
  const used = created !== undefined && created > latest ? created : latest;
  const parent = parentOf(stringOf(entry['spawnedBy'])) ?? parentOf(stringOf(entry['parentSessionKey'])) ?? forkedFrom(session);
  const error = errorOf(entry, message);
  const tokens = usageOf(entry);
  const cost = entry['estimatedCostUsd'];
  return foreignRow({
    source: 'openclaw',
    ownId: id,
    path,
    title: (name ?? autoTitle(prompt)) || key.replace(/^agent:[^:]*:/, ''),
    title_source: label === '' ? 'auto' : 'user',
    backend: 'openclaw',
    backend_session_id: id,
    ...(model !== '' && { model }),
    status: error === undefined ? (entry['status'] === 'done' ? 'completed' : 'active') : 'error',
    ...(error !== undefined && { error_message: error }),
    created_at: created ?? used,
    last_used_at: used,
    workdir: [facts.header['cwd'], entry['spawnedCwd'], entry['spawnedWorkspaceDir']].map(stringOf).find(Boolean) ?? '',
    prompt: promptStart(prompt),
    token_usage: tokens,
    cost_usd: typeof cost === 'number' && cost > 0 ? cost : null,
    pinned: countOf(entry['pinnedAt']) > 0,
    archived: countOf(entry['archivedAt']) > 0,
    ...(parent !== undefined && parent !== id && { parent_id: `openclaw:${parent}` }),
    metadata: metadataOf(openclawKey(key, agent, entry), entry, message),
  });
}

function metadataOf(key: object, entry: JsonObject, message: JsonObject | undefined): Record<string, unknown> {
  const facts = {
    chat_type: entry['chatType'],
    group_id: entry['groupId'],
    subject: entry['subject'],
    provider: stringOf(entry['modelProvider']) || message?.['provider'],
  };
  return { ...key, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === 'string' && value !== '')) };
}

/** A fork's header names the file that it was copied from. */
function forkedFrom({ entry, facts }: OpenclawSession): string | undefined {
  return stringOf(entry['forkSourceSessionId']) || sessionIdIn(stringOf(facts.header['parentSession']));
}

/** The session id in the name of a transcript: `<id>.jsonl`, `<time>_<id>.jsonl`, `<id>-topic-<thread>.jsonl`. */
export function sessionIdIn(path: string): string | undefined {
  const name = /([^/\\]+)\.jsonl$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  const id = name.replace(/^\d{4}-\d\d-\d\dT[\d-]+Z_/, '').replace(/-topic-.*$/, '');
  return /^[\w.-]+$/.test(id) ? id : undefined;
}

function errorOf(entry: JsonObject, message: JsonObject | undefined): string | undefined {
  if (message?.['stopReason'] === 'error') return stringOf(message['errorMessage']) || 'the last answer failed';
  const status = stringOf(entry['status']);
  return ['failed', 'killed', 'timeout'].includes(status) ? `the last run ended with: ${status}` : undefined;
}

/** `totalTokens` of an entry is the size of its context, which is no usage. */
function usageOf(entry: JsonObject): SessionRow['token_usage'] {
  const cached = countOf(entry['cacheRead']);
  const input = countOf(entry['inputTokens']) + cached + countOf(entry['cacheWrite']);
  const output = countOf(entry['outputTokens']);
  return { input, output, cached, reasoning: 0, total: input + output };
}
