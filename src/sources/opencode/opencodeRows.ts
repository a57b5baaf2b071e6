import { autoTitle } from '../../model/autoTitle.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { foreignRow } from '../foreignRow.js';
import { objectIn, timeOfMs } from '../jsonText.js';
import { countOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';
import { opencodeForks } from './opencodeForks.js';
import { opencodePrompt, partStart } from './opencodePrompt.js';
import { opencodeTables, type OpencodeTables } from './opencodeTables.js';
import { opencodeCost, opencodeTokens } from './opencodeUsage.js';
import { promptStart } from '../promptStart.js';
import { salvagedRows } from '../salvagedRows.js';
import { isSqliteDamage, pagesOf, type SqliteQuery, type SqliteRow } from '../sqliteFile.js';
import type { SqliteRowsResult, StampedRows } from '../sqliteRows.js';

/** What a session that nobody named is called. */
const placeholder = /^(New|Child) session - \d{4}-\d{2}-\d{2}T/;

/**
 * The sessions of one database, by its indexes; `state` is the database's own stamp. What is damaged costs the rows that
 * stand in it.
 */
export async function opencodeRows(
  query: SqliteQuery,
  path: string,
  state: string,
  signal?: AbortSignal,
): Promise<SqliteRowsResult<StampedRows>> {
  const tables = opencodeTables(query);
  const counts = tables.hasMessages ? await messageCounts(query, signal) : new Map<unknown, number>();
  const look: Look = { query, path, counts, models: new Map() };
  const problems: Problem[] = [];
  const rows: SessionRow[] = [];
  const stamps = new Map<string, string>();
  const pages = salvagedRows(query, listSql(tables), listSql({ ...tables, hasMessages: false, hasEvents: false }), signal);
  for await (const { rows: page, damages } of pages) {
    problems.push(...damages.map((detail): Problem => ({ kind: 'damaged', detail, path })));
    for (const found of page) {
      const row = rowOf(look, found);
      if (row === undefined) {
        problems.push({ kind: 'damaged', detail: `a session without an id, in row ${String(found['place'])}`, path });
        continue;
      }
      rows.push(row);
      const { changes } = found;
      stamps.set(row.id, tables.hasEvents && changes !== null ? `${String(found['time_updated'])}:${String(changes)}` : state);
    }
  }
  return { rows: { rows: tables.hasMessages ? opencodeForks(query, rows) : rows, stamps }, problems };
}

/** What a row is made with beside its own columns. */
interface Look {
  readonly query: SqliteQuery;
  readonly path: string;
  readonly counts: ReadonlyMap<unknown, number>;
  readonly models: Map<unknown, JsonObject>;
}

const columns = [
  ...['id', 'parent_id', 'fork_session_id', 'fork_message_id', 'directory', 'title', 'version', 'agent', 'model'],
  ...['cost', 'tokens_input', 'tokens_output', 'tokens_reasoning', 'tokens_cache_read', 'tokens_cache_write'],
  ...['share_url', 'time_created', 'time_updated', 'time_archived'],
];

/** Characters of a last message that may tell of a failure: most have fewer. */
const messageStart = 8000;

/** What is first is looked up by indexes alone, and of that only the beginning is read: a list is for thousands. */
function listSql({ session, hasMessages, hasEvents }: OpencodeTables): string {
  const own = columns.map((column) => (session.has(column) ? `s."${column}"` : `null as "${column}"`));
  const message = (order: string): string =>
    `(select m.rowid from message m where m.session_id = s.id order by m.time_created ${order}, m.id ${order} limit 1)`;
  const messages = hasMessages
    ? [
        `left join message f on f.rowid = ${message('')}`,
        'left join part p on p.rowid = (select q.rowid from part q where q.message_id = f.id order by q.id limit 1)',
        `left join message l on l.rowid = ${message('desc')}`,
      ]
    : [];
  const ofMessages = [
    ['substr(f.data, 1, 200)', 'first_message'],
    [`substr(p.data, 1, ${String(partStart)})`, 'first_part'],
    [`case when instr(l.data, '"error"') > 0 then substr(l.data, 1, ${String(messageStart)}) end`, 'failed'],
  ].map(([value, name]) => `${hasMessages ? String(value) : 'null'} as ${String(name)}`);
  const selected = ['s.rowid as place', ...own, ...ofMessages, `${hasEvents ? 'e.seq' : 'null'} as changes`];
  const events = hasEvents ? ['left join event_sequence e on e.aggregate_id = s.id'] : [];
  return `select ${selected.join(', ')} from session s ${[...messages, ...events].join(' ')}`;
}

/** How many messages each session has, by an index alone. */
async function messageCounts(query: SqliteQuery, signal: AbortSignal | undefined): Promise<ReadonlyMap<unknown, number>> {
  const counts = new Map<unknown, number>();
  const sql = 'select session_id, count(*) as messages from message where session_id > ? group by session_id order by session_id limit ?';
  try {
    const pages = pagesOf<SqliteRow>((after, limit) => query(sql, after?.['session_id'] ?? '', limit), signal);
    for await (const page of pages) for (const row of page) counts.set(row['session_id'], countOf(row['messages']));
  } catch (error) {
    // The sessions themselves may be whole; what is damaged is told where they are read.
    if (!isSqliteDamage(error)) throw error;
  }
  return counts;
}

function rowOf(look: Look, found: SqliteRow): SessionRow | undefined {
  const { query, path, counts } = look;
  const id = stringOf(found['id']);
  if (id === '') return undefined;
  const [title, prompt, model] = [stringOf(found['title']), opencodePrompt(query, id, found), modelIn(look.models, found['model'])];
  const created = timeOfMs(found['time_created']);
  const used = timeOfMs(found['time_updated']) ?? created ?? new Date(0).toISOString();
  const parent = stringOf(found['parent_id']) || stringOf(found['fork_session_id']);
  const error = typeof found['failed'] === 'string' ? errorIn(query, id, found['failed']) : {};
  const errorText = stringOf(objectOf(error['data'])['message']) || stringOf(error['name']);
  const modelId = stringOf(model['id']) || stringOf(model['modelID']);
  return foreignRow({
    source: 'opencode',
    ownId: id,
    path,
    title: title === '' || placeholder.test(title) ? autoTitle(prompt) : title,
    backend: 'opencode',
    backend_session_id: id,
    model: modelId || undefined,
    created_at: created ?? used,
    last_used_at: used,
    workdir: stringOf(found['directory']),
    prompt: promptStart(prompt),
    token_usage: opencodeTokens(
      found['tokens_input'],
      found['tokens_output'],
      found['tokens_reasoning'],
      found['tokens_cache_read'],
      found['tokens_cache_write'],
    ),
    cost_usd: opencodeCost(found['cost']),
    message_count: counts.get(id) ?? 0,
    archived: countOf(found['time_archived']) > 0,
    parent_id: parent === '' ? undefined : `opencode:${parent}`,
    forked_at: stringOf(found['fork_message_id']) || undefined,
    ...(errorText !== '' && error['name'] !== 'MessageAbortedError' && { status: 'error' as const, error_message: errorText }),
    metadata: metadataOf(found, stringOf(model['providerID'])),
  });
}

/** Most sessions have the same few models, which are parsed once. */
function modelIn(models: Map<unknown, JsonObject>, text: unknown): JsonObject {
  const model = models.get(text) ?? objectIn(text);
  models.set(text, model);
  return model;
}

/** What the last answer failed with; `message` is its beginning. */
function errorIn(query: SqliteQuery, id: string, message: string): JsonObject {
  if (message.length < messageStart) return objectOf(objectIn(message)['error']);
  const [last] = query('select data from message where session_id = ? order by time_created desc, id desc limit 1', id);
  return objectOf(objectIn(last?.['data'])['error']);
}

function metadataOf(found: SqliteRow, provider: string): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '') metadata[name] = value;
  };
  add('agent', found['agent']);
  add('provider', provider);
  add('version', found['version']);
  add('share_url', found['share_url']);
  return metadata;
}
