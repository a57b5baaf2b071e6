import { autoTitle } from '../../model/autoTitle.js';
import type { Problem, SessionRow } from '../../model/row.js';
import { clawdiusTextStart } from './clawdiusContent.js';
import { foreignRow } from '../foreignRow.js';
import { objectIn, valueIn } from '../jsonText.js';
import { arrayOf, countOf, stringOf, timeOf } from '../jsonValue.js';
import { promptStart } from '../promptStart.js';
import { salvagedRows } from '../salvagedRows.js';
import { columnsOf, type SqliteQuery, type SqliteRow } from '../sqliteFile.js';
import type { SqliteRowsResult, StampedRows } from '../sqliteRows.js';

/** The sessions of one folder's database, `path`; those that recorded no folder of their own were started in `folder`. */
export async function clawdiusRows(
  query: SqliteQuery,
  path: string,
  folder: string,
  signal?: AbortSignal,
): Promise<SqliteRowsResult<StampedRows>> {
  const session = columnsOf(query, 'sessions');
  if (!session.has('id')) throw new Error('it has no table of sessions: it is not of Clawdius, or is still being made');
  const message = columnsOf(query, 'messages');
  const hasMessages = ['session_id', 'role', 'content', 'created_at'].every((column) => message.has(column));
  const rows: SessionRow[] = [];
  const problems: Problem[] = [];
  const stamps = new Map<string, string>();
  for await (const { rows: page, damages } of salvagedRows(query, listSql(session, hasMessages), listSql(session, false), signal)) {
    problems.push(...damages.map((detail): Problem => ({ kind: 'damaged', detail, path })));
    for (const found of page) {
      const id = stringOf(found['id']);
      if (id === '') {
        problems.push({ kind: 'damaged', detail: `a session without an id, in row ${String(found['place'])}`, path });
        continue;
      }
      const row = rowOf(id, found, path, folder);
      rows.push(row);
      stamps.set(row.id, `${String(found['updated_at'])} ${String(found['messages'])} ${String(found['last_message'])}`);
    }
  }
  return { rows: { rows: withParents(rows), stamps }, problems };
}

const columns = [
  ...['id', 'title', 'provider', 'model', 'working_dir', 'tags', 'extra'],
  ...['input_tokens', 'output_tokens', 'cached_tokens', 'created_at', 'updated_at'],
];

/** Characters of the first prompt's content that are read. */
const contentStart = 4000;

function listSql(session: ReadonlySet<string>, hasMessages: boolean): string {
  const own = columns.map((column) => (session.has(column) ? `s."${column}"` : `null as "${column}"`));
  const ofMessages = [
    [
      `(select substr(m.content, 1, ${String(contentStart)}) from messages m where m.session_id = s.id and m.role = 'user'
       order by m.created_at limit 1)`,
      'prompt',
    ],
    ['(select count(*) from messages m where m.session_id = s.id)', 'messages'],
    [`(select sum(m.role = 'user') from messages m where m.session_id = s.id)`, 'turns'],
    ['(select max(m.created_at) from messages m where m.session_id = s.id)', 'last_message'],
  ].map(([value, name]) => `${hasMessages ? String(value) : 'null'} as ${String(name)}`);
  return `select s.rowid as place, ${[...own, ...ofMessages].join(', ')} from sessions s`;
}

function rowOf(id: string, found: SqliteRow, path: string, folder: string): SessionRow {
  const prompt = clawdiusTextStart(stringOf(found['prompt']));
  const title = stringOf(found['title']);
  const model = stringOf(found['model']);
  const extra = objectIn(found['extra']);
  const error = stringOf(extra['last_error']);
  const created = timeOf(stringOf(found['created_at']));
  const used = timeOf(stringOf(found['updated_at'])) ?? created ?? timeOf(stringOf(found['last_message'])) ?? new Date(0).toISOString();
  const [input, output] = [countOf(found['input_tokens']), countOf(found['output_tokens'])];
  return foreignRow({
    source: 'clawdius',
    ownId: id,
    path,
    title: title || autoTitle(prompt),
    // Clawdius continues no session by its id, so there is none to resume by.
    backend: 'clawdius',
    ...(model !== '' && { model }),
    status: error === '' ? 'active' : 'error',
    ...(error !== '' && { error_message: error }),
    created_at: created ?? used,
    last_used_at: used,
    workdir: stringOf(found['working_dir']) || folder,
    prompt: promptStart(prompt),
    token_usage: { input, output, cached: countOf(found['cached_tokens']), reasoning: 0, total: input + output },
    turn_count: countOf(found['turns']),
    message_count: countOf(found['messages']),
    tags: arrayOf(valueIn(found['tags'])).filter((tag) => typeof tag === 'string'),
    metadata: {
      ...(stringOf(found['provider']) !== '' && { provider: stringOf(found['provider']) }),
      ...(stringOf(found['extra']).length <= contentStart && extra),
    },
  });
}

/** A fork is told by its `extra`, where that names a session of this store. */
function withParents(rows: readonly SessionRow[]): readonly SessionRow[] {
  const ids = new Set(rows.map(({ id }) => id));
  return rows.map((row) => {
    const named = ['forked_from', 'parent_id', 'parent'].map((key) => `clawdius:${stringOf(row.metadata[key])}`);
    const parent = named.find((id) => ids.has(id) && id !== row.id);
    return parent === undefined ? row : { ...row, parent_id: parent };
  });
}
